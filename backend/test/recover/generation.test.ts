// Goal: a player who knows more than a database that had to be recovered loses nothing that her
// page still has. Method: a real server and the real client; the page of the file that holds her
// moves is spoilt while the server is down.
import { memoryStorage, type RolledBack, SavepointClient } from "@savepoint/client";
import Database from "better-sqlite3";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { flip } from "../storage/fixtures/databases.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { zeroPage } from "./damages.js";

const MOVES = 5;

describe("[B60] a recovered database", { timeout: 120_000 }, () => {
	let client: SavepointClient | null = null;
	afterEach(async () => {
		await client?.close();
		client = null;
		await killServers();
	});

	const generationIn = (database: string): unknown => {
		const connection = new Database(database, { readonly: true });
		const generation = connection.prepare("select generation from service").pluck().get();
		connection.close();
		return generation;
	};
	const seqAt = async (url: string, sessionId: string): Promise<unknown> => {
		const { seq, generation } = await (await fetch(`${url}/api/sessions/${sessionId}`)).json();
		return { seq, generation };
	};

	/** A game of five saved moves on a server that was then stopped in order. */
	async function played(database: string): Promise<{ port: string; client: SavepointClient }> {
		const server = startServer({ database });
		const url = await server.listening();
		const opened = await SavepointClient.start({
			baseUrl: url,
			storage: memoryStorage(),
			WebSocket,
			durationSeconds: 600,
		});
		client = opened;
		for (let at = 1; at <= MOVES; at += 1) {
			opened.play({ type: "spawn", artifactId: `a${at}`, x: 100, y: 210 }, at * 10);
			await opened.settled();
		}
		await server.stop();
		return { port: new URL(url).port, client: opened };
	}
	const rolledBack = (opened: SavepointClient): Promise<RolledBack> =>
		new Promise((resolve) => opened.on("rolled-back", resolve));

	it("[B60] has a higher generation: the player's page sends what it still has", async () => {
		const { database } = databasePaths(`${temporaryDirectory()}/game.sqlite`);
		const { port, client: opened } = await played(database);
		zeroPage(database, "moves");
		// The header, too: so it is found at the start and not at the first read.
		flip(database, 20);
		const told = rolledBack(opened);
		const server = startServer({ database, env: { PORT: port } });
		const url = await server.welcomed();
		expect(server.out).toContain("RECOVERED");
		expect(await told).toEqual({ resent: MOVES, lost: 0, seq: 0 });
		await opened.settled();
		const { sessionId } = opened.session;
		expect(await seqAt(url, sessionId)).toEqual({ seq: MOVES, generation: 2 });
		// A start that has nothing to recover leaves it alone.
		await server.stop();
		const again = startServer({ database, env: { PORT: port } });
		await again.listening();
		expect(await seqAt(url, sessionId)).toEqual({ seq: MOVES, generation: 2 });
		// A second recovery is a generation of its own.
		await again.stop();
		flip(database, 20);
		await startServer({ database, env: { PORT: port } }).listening();
		expect(await seqAt(url, sessionId)).toEqual({ seq: MOVES, generation: 3 });
	});

	it("[B60] negative control: nothing is sent again after a restart", async () => {
		const { database } = databasePaths(`${temporaryDirectory()}/game.sqlite`);
		const { port, client: opened } = await played(database);
		expect(generationIn(database)).toBe(1);
		const back = new Promise((resolve) => opened.on("connected", resolve));
		await startServer({ database, env: { PORT: port } }).listening();
		await back;
		opened.play({ type: "spawn", artifactId: "a6", x: 100, y: 210 }, 100);
		await opened.settled();
		expect(opened.rolledBack).toBeNull();
		expect(opened.session.generation).toBe(1);
	});
});
