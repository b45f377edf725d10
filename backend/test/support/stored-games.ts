import { cp } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import {
	createSession,
	endMove,
	openTestStorage,
	playMoves,
	someMoves,
	testDirectory,
} from "./storage.js";

export interface StoredGames {
	readonly directory: string;
	/** Path of the database, which was shut down in order. */
	readonly database: string;
	/** In the order of their keys, which count from 1. */
	readonly sessionIds: readonly string[];
	remove(): Promise<void>;
}

/**
 * Eight moves each; of each four sessions one was won, one lost, one abandoned and one is active.
 */
export async function storeGames(count: number): Promise<StoredGames> {
	const directory = await testDirectory();
	const database = join(directory.path, "game.sqlite");
	const { store, close } = await openTestStorage(database);
	const sessionIds: string[] = [];
	for (let at = 0; at < count; at += 1) {
		const session = await createSession(store);
		sessionIds.push(session.sessionId);
		await playMoves(store, session.sessionId, someMoves(session, 3));
		const claim = ([undefined, "won", "lost", null] as const)[at % 4];
		if (claim !== undefined) await playMoves(store, session.sessionId, [endMove(claim)]);
	}
	await close();
	return { directory: directory.path, database, sessionIds, remove: directory.remove };
}

/** A copy to be damaged. */
export async function copyGames(games: StoredGames): Promise<StoredGames> {
	const directory = await testDirectory();
	await cp(games.directory, directory.path, { recursive: true });
	return {
		directory: directory.path,
		database: join(directory.path, "game.sqlite"),
		sessionIds: games.sessionIds,
		remove: directory.remove,
	};
}

/** Changes what is stored behind the server's back. Returns how many rows that were. */
export function tamper(database: string, ...statements: readonly string[]): number {
	const connection = new Database(database);
	connection.pragma("trusted_schema = 1");
	const changes = statements.map((sql) => connection.prepare(sql).run().changes);
	connection.close();
	return changes.reduce((sum, one) => sum + one, 0);
}

/** Numbers of the leaf pages of a table, counted from 1. */
export function leafPages(database: string, table: string): number[] {
	const connection = new Database(database);
	const pages = connection
		.prepare("select pageno from dbstat where name = ? and pagetype = 'leaf' order by pageno")
		.pluck()
		.all(table) as number[];
	connection.close();
	return pages;
}
