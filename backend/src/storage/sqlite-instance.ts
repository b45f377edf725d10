import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFileDurable } from "./durable-files.js";
import { errnoOf, translateFileError } from "./file-errors.js";

/**
 * The instance file beside a database remembers what the database file cannot tell once it is gone:
 * that there was one, how it was left, and which -wal belongs to it (G6).
 *
 * - `creating`: the first start is making the database. It never held anything; written before
 *   SQLite creates the file, so that a kill in between is not mistaken for a deleted database.
 * - `opening`: this start has acknowledged nothing yet. Any -wal that is sound in itself is fine.
 * - `open`: writes are acknowledged. The -wal carries `walSalts`, or the salts of the reset after
 *   them.
 * - `closing`: like `open`, but SQLite may have removed the -wal.
 * - `closed`: clean shutdown. The -wal is absent or empty.
 */
export type InstanceState = "creating" | "opening" | "open" | "closing" | "closed";

export type WalSalts = readonly [number, number];

export interface InstanceFile {
	readonly application: "savepoint";
	readonly formatVersion: 1;
	readonly instanceId: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly state: InstanceState;
	readonly walSalts: WalSalts | null;
}

export type InstanceReading =
	| { readonly kind: "absent" }
	| { readonly kind: "read"; readonly instance: InstanceFile }
	/** Written by a release that came after this one. */
	| { readonly kind: "newer"; readonly formatVersion: number }
	| { readonly kind: "unreadable"; readonly reason: string };

const STATES: readonly string[] = ["creating", "opening", "open", "closing", "closed"];
const UINT32_MAX = 0xffff_ffff;

const isState = (value: unknown): value is InstanceState =>
	typeof value === "string" && STATES.includes(value);

const isSalt = (value: unknown): value is number =>
	typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= UINT32_MAX;

const parseSalts = (value: unknown): WalSalts | null | undefined => {
	if (value === null) return null;
	if (!Array.isArray(value) || value.length !== 2) return undefined;
	const [first, second]: unknown[] = value;
	return isSalt(first) && isSalt(second) ? [first, second] : undefined;
};

const unreadable = (reason: string): InstanceReading => ({ kind: "unreadable", reason });

const parseText = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

const validate = (value: unknown): InstanceReading => {
	if (typeof value !== "object" || value === null) return unreadable("it is not JSON");
	const fields: Record<string, unknown> = { ...value };
	const { application, formatVersion, instanceId, createdAt, state } = fields;
	if (application !== "savepoint") return unreadable("it does not name savepoint");
	if (typeof formatVersion === "number" && formatVersion > 1)
		return { kind: "newer", formatVersion };
	if (formatVersion !== 1) return unreadable("its format version is unknown");
	if (typeof instanceId !== "string" || instanceId === "")
		return unreadable("it has no instance id");
	if (typeof createdAt !== "string" || Number.isNaN(Date.parse(createdAt)))
		return unreadable("it has no creation time");
	if (!isState(state)) return unreadable("its state is unknown");
	const walSalts = parseSalts(fields["walSalts"]);
	if (walSalts === undefined) return unreadable("its WAL salts are not two 32-bit numbers");
	if (state === "open" && walSalts === null) return unreadable("it is open and names no WAL salts");
	return {
		kind: "read",
		instance: { application, formatVersion, instanceId, createdAt, state, walSalts },
	};
};

/**
 * Never fails on content: what is torn or unknown is `unreadable`, with the reason.
 * @throws STORAGE_PERMISSION, STORAGE_NOT_A_FILE, STORAGE_IO where the file cannot be read.
 */
export function readInstance(path: string): InstanceReading {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return { kind: "absent" };
		throw translateFileError(error, path);
	}
	return validate(parseText(text));
}

/** Durable when it returns: after a crash the file holds the old state or this one. */
export function writeInstance(path: string, instance: InstanceFile): void {
	writeFileDurable(path, `${JSON.stringify(instance, null, "\t")}\n`);
}

/** A new identity, for a database that is being made or that has lost its instance file. */
export const newInstance = (now: Date): InstanceFile => ({
	application: "savepoint",
	formatVersion: 1,
	instanceId: randomUUID(),
	createdAt: now.toISOString(),
	state: "creating",
	walSalts: null,
});

/**
 * `open` becomes `closing`, with the same salts; any other state stays. For every end of the
 * process that is not a kill: when a worker thread that holds a database ends (`process.exit`, an
 * uncaught error, `terminate`), better-sqlite3 closes the database, and SQLite brings the -wal home
 * and removes it, which an instance file that says `open` would call a loss. Call it from
 * `process.on("exit")` and as soon as a writer is lost. Never throws: it is the last thing a
 * process does.
 */
export function markClosing(path: string): void {
	try {
		const reading = readInstance(path);
		if (reading.kind === "read" && reading.instance.state === "open")
			writeInstance(path, { ...reading.instance, state: "closing" });
	} catch {
		// The disk that made the process end may refuse this, too.
	}
}
