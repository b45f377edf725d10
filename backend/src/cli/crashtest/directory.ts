import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SavepointError } from "../../errors.js";
import { makeDirectoryDurable, writeFileDurable } from "../../storage/durable-files.js";
import { describeFileSystem } from "../../storage/file-system.js";

const MARKER = "crashtest.json";
const OWN_FILE = /^crashtest\.(json|ledger|server\.log|player\.log|sqlite.*)$/;
const DATABASE = /\.sqlite3?$/;

/** Where one run keeps everything: database, ledger and logs, which together are its evidence. */
export interface CrashDirectory {
	readonly path: string;
	readonly database: string;
	readonly ledger: string;
	readonly serverLog: string;
	readonly playerLog: string;
	/** What makes the proof weaker here, one sentence each. */
	readonly warnings: readonly string[];
	/** Notes the verdict, durably; a failed run is not overwritten by the next one. */
	close(passed: boolean): void;
	/** Removes what this run made. */
	remove(): void;
}

/**
 * Takes a directory for one run, or makes one below the system's temporary directory.
 *
 * What an earlier run left is cleared away unless it is evidence. Refused are, without touching
 * anything: with STORAGE_FOREIGN a database that is not ours and the evidence of a failed run, with
 * STORAGE_LOCKED a run that is still going on. Errors of the file system come by their codes.
 */
export function takeDirectory(directory: string | null): CrashDirectory {
	const path = directory === null ? temporaryDirectory() : resolve(directory);
	makeDirectoryDurable(path);
	const names = readdirSync(path);
	refuseForeign(path, names);
	for (const name of names) if (OWN_FILE.test(name)) rmSync(join(path, name));
	const note = (state: Marker["state"]) =>
		writeFileDurable(
			join(path, MARKER),
			`${JSON.stringify({ application: "savepoint crashtest", state, pid: process.pid })}\n`,
		);
	note("running");
	return {
		path,
		database: join(path, "crashtest.sqlite"),
		ledger: join(path, "crashtest.ledger"),
		serverLog: join(path, "crashtest.server.log"),
		playerLog: join(path, "crashtest.player.log"),
		warnings: warningsFor(path),
		close: (passed) => note(passed ? "passed" : "failed"),
		remove() {
			if (directory === null) rmSync(path, { recursive: true });
			else
				for (const name of readdirSync(path))
					if (OWN_FILE.test(name)) rmSync(join(path, name), { force: true });
		},
	};
}

interface Marker {
	readonly state: "running" | "passed" | "failed";
	readonly pid: number;
}

const STATES: ReadonlySet<unknown> = new Set<Marker["state"]>(["running", "passed", "failed"]);

const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), "savepoint-crashtest-"));

function refuseForeign(path: string, names: readonly string[]): void {
	const marker = names.includes(MARKER) ? readMarker(join(path, MARKER)) : null;
	const foreign = names.find(
		(name) => DATABASE.test(name) && (marker === null || !OWN_FILE.test(name)),
	);
	if (foreign !== undefined)
		throw new SavepointError(
			"STORAGE_FOREIGN",
			`${path} holds the database ${foreign}, which crashtest did not make. Give it a directory of its own, on the same disk.`,
		);
	if (marker?.state === "running" && isAlive(marker.pid))
		throw new SavepointError(
			"STORAGE_LOCKED",
			`Another crashtest (process ${marker.pid}) works in ${path}.`,
		);
	if (marker?.state === "failed")
		throw new SavepointError(
			"STORAGE_FOREIGN",
			`${path} holds the evidence of a crashtest that failed. Move it away, or give another directory.`,
		);
}

function readMarker(path: string): Marker | null {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(path, "utf8"));
	} catch {
		return null;
	}
	return isMarker(value) ? value : null;
}

const isMarker = (value: unknown): value is Marker =>
	typeof value === "object" &&
	value !== null &&
	"application" in value &&
	value.application === "savepoint crashtest" &&
	"state" in value &&
	STATES.has(value.state) &&
	"pid" in value &&
	typeof value.pid === "number";

function isAlive(pid: number): boolean {
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

function warningsFor(path: string): string[] {
	const { kind, name } = describeFileSystem(path);
	if (kind === "memory")
		return [`${path} is in memory (${name}): this proves little about a disk; use --dir.`];
	if (kind === "container-layer")
		return [`${path} is a container's own layer: use --dir to test the volume.`];
	return [];
}
