// Goal: what will go wrong soon is said at the start, with the remedy, in the log, on the terminal
// and by /health. Method: real starts on a small disk and on a database of tomorrow.
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { examine } from "#src/storage/sqlite-doctor.js";
import { spaceWarnings } from "#src/storage/start-warnings.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, type ServerProcess, startServer } from "../support/server-process.js";
import { storeGames, tamper } from "../support/stored-games.js";
import { mountDisk, mountMissing, unmountDisks } from "./small-disk.js";

const MIB = 1024 * 1024;

afterEach(async () => {
	await killServers();
	unmountDisks();
});

const warningsOf = (server: ServerProcess): string[] =>
	[...server.out.matchAll(/^Warning: (.*)$/gm)].map(([, text]) => text ?? "");
const healthWarnings = async (url: string): Promise<string[]> =>
	(await (await fetch(`${url}/health`)).json()).storage.warnings;

describe("a start that sees trouble coming", { timeout: 60_000 }, () => {
	it.skipIf(mountMissing !== null)("[B64] little space left: named, with what to do", async () => {
		const { directory } = mountDisk(32 * MIB);
		const database = join(directory, "game.sqlite");
		const server = startServer({ database });
		const url = await server.welcomed();
		const said = /has \d+\.\d MiB left, less than 64 MiB, .*make room there, or move the data/;
		expect(warningsOf(server)).toContainEqual(expect.stringMatching(said));
		expect(await healthWarnings(url)).toContainEqual(expect.stringMatching(said));
		expect(server.err).toMatch(said);
		expect((await examine(database)).notes).toContainEqual(expect.stringMatching(said));
	});

	it("[B64] negative control: at the mark and above it there is nothing to say", () => {
		expect(spaceWarnings("/data", 64 * MIB)).toEqual([]);
		expect(spaceWarnings("/data", 64 * MIB - 1)).toHaveLength(1);
	});

	it("[B6] a clock behind the last stored time: named, with what to do", async () => {
		const games = await storeGames(1);
		tamper(games.database, `update service set heartbeat_at = ${Date.now() + 3_600_000}`);
		const server = startServer({ database: games.database });
		const url = await server.welcomed();
		const said = /clock .* is \d+ seconds behind the last time .*set the clock/;
		expect(warningsOf(server)).toContainEqual(expect.stringMatching(said));
		expect(await healthWarnings(url)).toContainEqual(expect.stringMatching(said));
		await server.stop();
		await games.remove();
	});

	it("[B64] a start with nothing to warn of warns of nothing about either", async () => {
		const server = startServer({ database: join(temporaryDirectory(), "game.sqlite") });
		await server.welcomed();
		for (const warning of warningsOf(server)) expect(warning).not.toMatch(/MiB left|clock/);
	});
});
