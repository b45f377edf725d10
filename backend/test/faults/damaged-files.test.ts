// Goal: a damaged database is set aside whole and loudly, and the server serves. Method: the files
// of a real server are spoilt while it is down, and the real server is started on them.
import {
	copyFileSync,
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { type DatabasePaths, databasePaths } from "#src/storage/sqlite-paths.js";
import { flip } from "../storage/fixtures/databases.js";
import { copyDirectory, temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, type ServerProcess, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger } from "./ledger.js";
import { type Load, makeStored } from "./oracle.js";
import { Player } from "./player.js";

interface Stored {
	readonly paths: DatabasePaths;
	readonly load: Load;
}

let killed: Stored;
let stopped: Stored;
let other: Stored;

beforeAll(async () => {
	killed = await makeStored("kill");
	stopped = await makeStored("stop");
	other = await makeStored("kill");
}, 240_000);
afterEach(killServers);

const copyOf = ({ paths }: Stored): DatabasePaths => {
	const directory = temporaryDirectory();
	copyDirectory(paths.directory, directory);
	return databasePaths(join(directory, "db.sqlite"));
};

/** Database, -wal, -shm and instance file, as far as they are there. */
const filesOf = (paths: DatabasePaths, directory = paths.directory): Record<string, string> => {
	const names = [paths.database, paths.wal, paths.shm, paths.instance].map((path) =>
		join(directory, basename(path)),
	);
	const there = names.filter((path) => existsSync(path));
	return Object.fromEntries(
		there.map((path) => [basename(path), readFileSync(path).toString("base64")]),
	);
};

const quarantines = (paths: DatabasePaths): string[] =>
	existsSync(paths.quarantineDirectory)
		? readdirSync(paths.quarantineDirectory).map((name) => join(paths.quarantineDirectory, name))
		: [];

/** One game on a server that listens; resolves to its session. */
async function playGame(server: ServerProcess): Promise<Ledger> {
	const http = new HttpClient(await server.listening());
	const ledger = new Ledger();
	expect(await new Player(http, ledger).game()).toBeNull();
	http.close();
	return ledger;
}

/**
 * The start that finds the damage, what it says and what it keeps, and the ordinary start after it.
 */
async function expectQuarantined(
	paths: DatabasePaths,
	before: Record<string, string>,
	reason: RegExp,
): Promise<void> {
	// 1. It serves, and says in four places what happened.
	const server = startServer({ database: paths.database });
	const ledger = await playGame(server);
	const http = new HttpClient(await server.listening());
	const health = await http.call("GET", "/health");
	expect(health).toMatchObject({
		status: 200,
		body: { storage: { recovery: { reason: expect.stringMatching(reason) } } },
	});
	http.close();
	expect(server.out).toMatch(/^RECOVERED: .+$/m);
	const logged = server.err.split("\n").find((line) => line.includes('"level":50'));
	expect(logged).toMatch(reason);
	// 2. All of it was set aside together, byte for byte, with a report.
	const [directory, ...more] = quarantines(paths);
	expect(more).toEqual([]);
	if (directory === undefined) throw new Error("nothing was set aside");
	expect(server.out).toContain(directory);
	expect(filesOf(paths, directory)).toEqual(before);
	const report: unknown = JSON.parse(readFileSync(join(directory, "report.json"), "utf8"));
	expect(report).toMatchObject({ progress: "done", whatHappened: expect.stringMatching(reason) });
	expect(existsSync(paths.marker)).toBe(false);
	// 3. The next start, here after a kill, is like any other.
	await server.kill();
	const next = startServer({ database: paths.database });
	const again = new HttpClient(await next.listening());
	expect(await again.call("GET", "/health")).toMatchObject({
		body: { storage: { recovery: null } },
	});
	expect(await ledger.verify(again)).toMatchObject({ acknowledged: 7, lost: [], duplicated: [] });
	again.close();
	expect(next.out).not.toContain("RECOVERED");
	expect(quarantines(paths)).toEqual([directory]);
	expect((await next.stop()).code).toBe(0);
}

describe("[B2] [G6] damage that is found at the start", { timeout: 120_000 }, () => {
	const damages: [
		what: string,
		stored: () => Stored,
		spoil: (paths: DatabasePaths) => void,
		reason: RegExp,
	][] = [
		[
			"a header that was written over",
			() => killed,
			(p) => writeFileSync(p.database, Buffer.alloc(100, "x"), { flag: "r+" }),
			/does not start as a SQLite database/,
		],
		[
			"a file that was cut off",
			() => stopped,
			(p) => truncateSync(p.database, 5 * 4096),
			/cut off/,
		],
		[
			"a text file in its place",
			() => stopped,
			(p) => writeFileSync(p.database, "Dear diary,\n".repeat(900)),
			/does not start as a SQLite database/,
		],
		[
			"a file emptied beside a live -wal",
			() => killed,
			(p) => truncateSync(p.database, 0),
			/has no bytes/,
		],
		[
			"the -wal of another database of ours",
			() => killed,
			(p) => copyFileSync(other.paths.wal, p.wal),
			/-wal is of another database/,
		],
		[
			"the -wal of another database beside one that was shut down",
			() => stopped,
			(p) => copyFileSync(other.paths.wal, p.wal),
			/shut down cleanly/,
		],
		["a damaged -wal header", () => killed, (p) => flip(p.wal, 9), /-wal is damaged/],
		[
			"a damaged frame of the -wal",
			() => killed,
			(p) => flip(p.wal, 32 + 24 + 100),
			/-wal is damaged/,
		],
	];
	for (const [what, stored, spoil, reason] of damages)
		it(`[B2] [G6] ${what}: set aside whole, told, serving, and no second time`, async () => {
			const paths = copyOf(stored());
			spoil(paths);
			await expectQuarantined(paths, filesOf(paths), reason);
		});

	it("[B2] a database that was deleted: its remains are set aside, and it is told", async () => {
		const paths = copyOf(killed);
		rmSync(paths.database);
		await expectQuarantined(paths, filesOf(paths), /is gone, although/);
	});

	it("[B2] deleted after a clean end, all but the instance file: a loss all the same", async () => {
		const paths = copyOf(stopped);
		for (const path of [paths.database, paths.wal, paths.shm]) rmSync(path, { force: true });
		await expectQuarantined(paths, filesOf(paths), /is gone, although/);
	});
});

describe("[B3] damage that is found later", { timeout: 120_000 }, () => {
	it("[B3] in a page read while running: it stops, and the next start sets all aside", async () => {
		const paths = copyOf(stopped);
		const { ledger } = stopped.load;
		const sessionId = ledger.sessionIds[2] ?? "";
		damagePageOf(paths, sessionId);
		const server = startServer({ database: paths.database });
		const http = new HttpClient(await server.listening());
		expect(await http.call("GET", "/health")).toMatchObject({ status: 200 });
		const path = `/api/sessions/${sessionId}/moves?limit=1000`;
		const answer = await http.call("GET", path);
		if (answer !== null) expect(answer).toMatchObject({ status: 503 });
		http.close();
		expect(await server.ended).toEqual({ code: ERRORS.STORAGE_CORRUPT.exitCode, signal: null });
		expect(server.err).toMatch(/^savepoint: .*\(STORAGE_CORRUPT\)\n$/m);
		expect(existsSync(paths.marker)).toBe(true);
		await expectQuarantined(paths, filesOf(paths), /malformed|damaged/);
	});
});

/** The log's page that holds the session's moves: after a clean stop they are sorted by session. */
function damagePageOf(paths: DatabasePaths, sessionId: string): void {
	const { load } = stopped;
	const token = [...load.ledger.acknowledgedIn(sessionId)].at(20) ?? "";
	const bytes = readFileSync(paths.database);
	const pages = [];
	for (let at = bytes.indexOf(token); at >= 0; at = bytes.indexOf(token, at + 1))
		pages.push(Math.floor(at / 4096));
	expect(pages.length).toBeGreaterThan(0);
	for (const page of pages) bytes.fill(0xff, page * 4096, (page + 1) * 4096);
	writeFileSync(paths.database, bytes);
}
