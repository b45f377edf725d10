import { dirname, join } from "node:path";
import { expect } from "vitest";
import { assessFileSystem, describeFileSystem } from "#src/storage/file-system.js";
import { type DatabasePaths, databasePaths } from "#src/storage/sqlite-paths.js";
import { spaceWarnings } from "#src/storage/start-warnings.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger } from "./ledger.js";
import { type Failed, Player } from "./player.js";

/** Load on a server, and what has to be there of it afterwards. */

const PLAYERS = 8;

export const makePaths = (): DatabasePaths =>
	databasePaths(join(temporaryDirectory(), "db.sqlite"));

export interface Load {
	readonly ledger: Ledger;
	readonly players: readonly Player[];
	/** What each player was told last; null where it saved all it wanted to. */
	readonly failures: (Failed | null)[];
}

/** Players at once, each until something is not saved or for so many rounds. */
export async function play(
	url: string,
	rounds?: number,
	count = PLAYERS,
	ledger = new Ledger(),
): Promise<Load> {
	const http = new HttpClient(url, count);
	const players = Array.from({ length: count }, () => new Player(http, ledger));
	const failures = await Promise.all(players.map((player) => player.untilFailure(rounds)));
	http.close();
	return { ledger, players, failures };
}

/** Begins to play; resolves, while that goes on, once a hundred writes were acknowledged. */
export async function playOn(url: string): Promise<[Promise<Load>]> {
	const ledger = new Ledger();
	const playing = play(url, undefined, PLAYERS, ledger);
	while (ledger.acknowledged.size < 100) await new Promise((resolve) => setImmediate(resolve));
	return [playing];
}

/** In a container, say, every server warns of where its database lies; it has nothing else to say. */
export const warningsOfPlace = (database: string): string[] =>
	assessFileSystem(dirname(database), { requireVolume: false, allowNetworkFileSystem: true });

export const SPOTLESS = { lost: [], duplicated: [], unknown: [] };

/**
 * Starts without faults. Nothing was recovered; all that was acknowledged is there once; what was
 * not sure is sent again and then is there once, too. The server takes new games and ends in order.
 */
export async function expectAllThere(database: string, load: Load | null): Promise<void> {
	const server = startServer({ database });
	const http = new HttpClient(await server.listening(), PLAYERS);
	const health = await http.call("GET", "/health");
	// How much is left changes from moment to moment; whether it is little does not.
	const { freeBytes } = describeFileSystem(dirname(database));
	const ofSpace = spaceWarnings("", freeBytes).map(() => expect.stringContaining("MiB left, less"));
	expect(health).toMatchObject({
		status: 200,
		body: { storage: { recovery: null, warnings: [...warningsOfPlace(database), ...ofSpace] } },
	});
	if (load !== null) {
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		for (const player of load.players) expect(await player.resend(http)).toBeNull();
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
	}
	expect(await new Player(http, new Ledger()).game()).toBeNull();
	http.close();
	expect(await server.stop()).toEqual({ code: 0, signal: null });
}

/** The files of a server that stored something, stopped, stored more, and then ended as asked. */
export async function makeStored(
	ending: "kill" | "stop",
): Promise<{ paths: DatabasePaths; load: Load }> {
	const paths = makePaths();
	const { database } = paths;
	const first = startServer({ database });
	const load = await play(await first.listening(), 40, 4);
	await first.stop();
	const second = startServer({ database });
	const http = new HttpClient(await second.listening());
	const player = new Player(http, load.ledger);
	expect(await player.game()).toBeNull();
	http.close();
	await (ending === "kill" ? second.kill() : second.stop());
	return { paths, load };
}
