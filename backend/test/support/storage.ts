import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateLevel, type NormalMove, type Session } from "@savepoint/core";
import type { AnswerSink } from "#src/game/answers.js";
import { SessionStore } from "#src/game/session-store.js";
import { newId } from "#src/ids.js";
import type { Log } from "#src/log.js";
import { openStorage, type Storage } from "#src/storage/open.js";

const ignore = () => undefined;
export const SILENT: Log = {
	debug: ignore,
	info: ignore,
	warn: ignore,
	error: ignore,
	fatal: ignore,
};

export interface TestStorage {
	readonly store: SessionStore;
	readonly storage: Storage;
	close(): Promise<void>;
}

/** The real authority on the real storage, as the server composes them. */
export async function openTestStorage(path: string): Promise<TestStorage> {
	const storage = await openStorage({
		config: {
			engine: "sqlite",
			path,
			requireVolume: false,
			allowNetworkFileSystem: false,
			testFault: null,
		},
		log: SILENT,
		now: Date.now,
		onLost: (code, reason) => {
			throw new Error(`${code}: ${reason}`);
		},
	});
	const store = new SessionStore({
		repository: storage.sessions,
		commits: storage.commits,
		log: SILENT,
		now: Date.now,
		readCounters: storage.readCounters,
		newId,
		newSeed: () => randomInt(2 ** 32),
		localDay: () => 20_261_122,
	});
	return {
		store,
		storage,
		async close() {
			await store.close();
			await storage.close();
		},
	};
}

const answer = <T>(ask: (sink: AnswerSink<T>) => void): Promise<T> =>
	new Promise((resolve, reject) => ask({ send: (value) => resolve(value), fail: reject }));

export const createSession = (store: SessionStore): Promise<Session> =>
	answer((sink) => store.create({ durationSeconds: 60, key: null }, sink));

export const playMoves = (store: SessionStore, sessionId: string, moves: readonly NormalMove[]) =>
	answer((sink: Parameters<SessionStore["play"]>[2]) => store.play(sessionId, moves, sink));

/** The first drops of the session's level, each picked up and all but the last put into the bin. */
export function someMoves(session: Session, count: number): NormalMove[] {
	const { drops } = generateLevel(session.seed, session.durationSeconds * 1000);
	return drops.slice(0, count).flatMap(({ atMs, x, y }, at): NormalMove[] => {
		const artifactId = `a${at}`;
		const position = { xFixed: x * 1000, yFixed: y * 1000 };
		const move = (name: string, body: NormalMove["body"]): NormalMove => ({
			id: `${name}${at}`,
			atMs: atMs + 1,
			body,
		});
		return [
			move("spawn", { type: "spawn", artifactId, ...position }),
			move("carry", { type: "artifact-status", artifactId, status: "carried", position: null }),
			...(at === count - 1 ? [] : [move("bin", { type: "deposit", artifactId })]),
		];
	});
}

export const endMove = (claim: "won" | "lost" | null): NormalMove => ({
	id: "end",
	atMs: 60_000,
	body: { type: "end", claim },
});

/** A directory of the test's own, and what removes it. */
export async function testDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
	const path = await mkdtemp(join(tmpdir(), "savepoint-test-"));
	return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
