// Goal: one session goes back and forth while everything else stands. Method: a real storage, a
// real backup of it, moves after it; each restore and undo is held against the state it should
// bring back, the counters against doctor's recount, and a fresh load against the log.
import { join } from "node:path";
import type { NormalMove, Session } from "@savepoint/core";
import { applyMove, newSession, stateHash } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AnswerSink } from "#src/game/answers.js";
import { FinishedGames } from "#src/game/finished-games.js";
import { proveCopy } from "#src/operations/prove-copy.js";
import { SessionRestorer } from "#src/operations/restore-session.js";
import { takeBackup } from "#src/operations/take-backup.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import {
	createSession,
	endMove,
	openTestStorage,
	playMoves,
	someMoves,
	type TestStorage,
	testDirectory,
} from "../support/storage.js";
import { tamper } from "../support/stored-games.js";

describe("restoring one session", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	let opened: TestStorage;
	let restorer: SessionRestorer;
	beforeEach(async () => {
		directory = await testDirectory();
		database = join(directory.path, "savepoint.sqlite");
		await open();
	});
	afterEach(async () => {
		await opened.close();
		await directory.remove();
	});

	async function open(): Promise<void> {
		opened = await openTestStorage(database);
		restorer = new SessionRestorer({
			authority: opened.store.deeds,
			driver: opened.storage.driver,
			sessions: opened.storage.sessions,
			downtimeMsAt: (nowMs) => opened.storage.commits.downtimeMsAt(nowMs),
			directory: join(directory.path, "backups"),
			now: Date.now,
		});
	}

	async function reopen(): Promise<void> {
		await opened.close();
		await open();
	}

	const backup = () =>
		takeBackup({
			directory: join(directory.path, "backups"),
			label: "manual",
			source: database,
			copyTo: (target, tell) => opened.storage.driver.copyTo?.(target, tell) as Promise<void>,
			full: true,
			now: Date.now,
			prove: proveCopy,
		});
	const view = (id: string): Promise<Session> =>
		new Promise((resolve, reject) => {
			const sink: AnswerSink<Session> = { send: (session) => resolve(session), fail: reject };
			opened.store.view(id, sink);
		});
	/** Counters, checksums, chains and replays of everything that is stored. */
	async function demandHealthy(): Promise<void> {
		await opened.close();
		const report = await examine(database);
		expect([report.drift, report.damage, report.harmedSessions]).toEqual([[], [], []]);
		await open();
	}
	const spawn = (name: string): NormalMove => ({
		id: name,
		atMs: 50_000,
		body: { type: "spawn", artifactId: name, xFixed: 1, yFixed: 1 },
	});

	it("[Y3] shows the difference, swaps, tells who watches, and is undone", async () => {
		const session = await createSession(opened.store);
		const { sessionId } = session;
		const moves = someMoves(session, 3);
		const then = await playMoves(opened.store, sessionId, moves);
		const other = await createSession(opened.store);
		await backup();
		await playMoves(opened.store, sessionId, [spawn("late"), endMove("won")]);
		const ended = await view(sessionId);

		const diff = await restorer.compare("latest", sessionId);
		expect(diff).toMatchObject({
			asOf: moves.length,
			movesAfter: 2,
			here: { seq: moves.length + 2, result: "lost" },
			there: { seq: moves.length, result: null, stateHash: then.stateHash },
			artifacts: { added: 0, removed: 1, changed: 0 },
		});
		expect((await view(sessionId)).seq).toBe(ended.seq);

		const changes: number[] = [];
		opened.store.watch(sessionId, ({ seq }) => changes.push(seq));
		const restored = await restorer.restore("latest", sessionId, diff.here.seq);
		expect(restored).toMatchObject({ stateHash: then.stateHash, status: "active" });
		expect(restored.seq).toBe(ended.seq + 1);
		expect(changes).toEqual([restored.seq]);
		expect(opened.storage.commits.counters).toMatchObject({ started: 2, lost: 0, won: 0 });

		const undo = await restorer.compareUndo(sessionId);
		expect(undo.there.stateHash).toBe(ended.stateHash);
		const undone = await restorer.undo(sessionId, restored.seq);
		expect(undone).toMatchObject({ stateHash: ended.stateHash, status: "ended", result: "lost" });
		expect((await view(sessionId)).endedAt).toBe(ended.endedAt);
		expect(opened.storage.commits.counters).toMatchObject({ started: 2, lost: 1 });
		await expect(restorer.undo(sessionId, undone.seq)).rejects.toMatchObject({
			code: "RESTORE_REFUSED",
		});
		expect((await view(other.sessionId)).stateHash).toBe(other.stateHash);
		await demandHealthy();
	});

	it("[Y3] the player goes on after it, also over a restart, and the log shows it", async () => {
		const session = await createSession(opened.store);
		const { sessionId } = session;
		const [first, second] = [spawn("first"), spawn("second")];
		await playMoves(opened.store, sessionId, [first]);
		await backup();
		await playMoves(opened.store, sessionId, [second, endMove(null)]);
		await restorer.restore("latest", sessionId, 3);
		await reopen();
		const after = await playMoves(opened.store, sessionId, [spawn("third")]);
		expect(after.seq).toBe(5);
		const shown = await view(sessionId);
		expect(shown.artifacts.map(({ id }) => id)).toEqual(["first", "third"]);
		expect(shown.remainingSeconds).toBeGreaterThan(0);
		const { moves } = await opened.store.log(sessionId, 0, 100);
		expect(moves.map(({ type }) => type)).toEqual(["spawn", "spawn", "end", "restored", "spawn"]);
		expect(moves[3]).toMatchObject({ asOf: 1, result: null, applied: true });
		// A move that an undone part of the log has keeps its first answer: it is not applied again.
		const again = await playMoves(opened.store, sessionId, [second]);
		expect(again.receipts).toEqual([{ id: "second", applied: "before", seq: 2 }]);
		await demandHealthy();
	});

	it("[Y3] also where the log was packed, and the game goes on and ends once more", async () => {
		const { sessionId } = await createSession(opened.store);
		await playMoves(opened.store, sessionId, [spawn("first")]);
		await backup();
		await playMoves(opened.store, sessionId, [spawn("second"), endMove("lost")]);
		// In its idle moments the writer packs what is finished.
		const packed = "select count(*) as n from packed_logs";
		while ((await opened.storage.driver.query(packed))[0]?.["n"] !== 1)
			await new Promise((resolve) => setTimeout(resolve, 50));
		await reopen();
		expect((await restorer.compare("latest", sessionId)).asOf).toBe(1);
		await restorer.restore("latest", sessionId, 3);
		await playMoves(opened.store, sessionId, [spawn("third")]);
		await demandHealthy();
		expect((await view(sessionId)).artifacts.map(({ id }) => id)).toEqual(["first", "third"]);
		await playMoves(opened.store, sessionId, [{ ...endMove("lost"), id: "end again" }]);
		await demandHealthy();
		const undone = await restorer.undo(sessionId, (await view(sessionId)).seq);
		expect(undone).toMatchObject({ status: "ended", result: "lost" });
		expect((await view(sessionId)).artifacts.map(({ id }) => id)).toEqual(["first", "second"]);
		await demandHealthy();
	});

	it("[Y3] the player has the time again that was left", async () => {
		const session = await createSession(opened.store);
		await playMoves(opened.store, session.sessionId, [{ ...spawn("a"), atMs: 5_000 }]);
		await backup();
		await playMoves(opened.store, session.sessionId, [{ ...spawn("b"), atMs: 59_000 }]);
		expect((await view(session.sessionId)).remainingSeconds).toBeLessThan(2);
		await restorer.restore("latest", session.sessionId, 2);
		expect((await view(session.sessionId)).remainingSeconds).toBeGreaterThan(50);
	});

	it("[Y3, R2] the replay of a game that was restored leads to its state", async () => {
		const session = await createSession(opened.store);
		const { sessionId } = session;
		const moves = someMoves(session, 4);
		await playMoves(opened.store, sessionId, moves.slice(0, 5));
		await backup();
		await playMoves(opened.store, sessionId, [spawn("late"), endMove("lost")]);
		await restorer.restore("latest", sessionId, 7);
		await playMoves(opened.store, sessionId, [
			...moves.slice(5),
			{ ...endMove("lost"), id: "end again" },
		]);
		const { replayId } = await view(sessionId);
		const replay = await new FinishedGames(opened.storage.sessions).find(replayId ?? "");
		const state = newSession(replay.seed, replay.durationSeconds * 1000);
		for (const { type, artifactId = "", x = 0, y = 0, status, result } of replay.moves) {
			if (type === "spawn")
				applyMove(state, {
					type,
					artifactId,
					xFixed: Math.round(x * 1000),
					yFixed: Math.round(y * 1000),
				});
			else if (type === "deposit") applyMove(state, { type, artifactId });
			else if (type === "end") applyMove(state, { type, claim: result as "lost" });
			else
				applyMove(state, {
					type: "artifact-status",
					artifactId,
					status: status as "carried",
					position: null,
				});
		}
		expect(stateHash(state)).toBe(replay.stateHash);
		expect(replay.moves.some(({ artifactId }) => artifactId === "late")).toBe(false);
		expect(replay.moves.map(({ type }) => type)).not.toContain("restored");
	});

	it("[Y3] counters follow any series of restores, undos, moves and ends", async () => {
		const sessions = await Promise.all(
			Array.from({ length: 3 }, () => createSession(opened.store)),
		);
		await playMoves(opened.store, sessions[0]?.sessionId ?? "", [spawn("x"), endMove("lost")]);
		const names: string[] = [];
		for (const round of [0, 1, 2]) {
			names.push((await backup()).name);
			for (const [at, { sessionId }] of sessions.entries()) {
				const { status, seq } = await view(sessionId);
				if (status === "active")
					await playMoves(opened.store, sessionId, [
						spawn(`r${round}`),
						...((at + round) % 2 === 0
							? [{ ...endMove(round === 1 ? null : "lost"), id: `end${round}` }]
							: []),
					]);
				else await restorer.restore(names[(at + round) % names.length] ?? "", sessionId, seq);
			}
			const undone = sessions[round]?.sessionId ?? "";
			await restorer
				.undo(undone, (await view(undone)).seq)
				.catch((error: { code: string }) => expect(error.code).toBe("RESTORE_REFUSED"));
		}
		await demandHealthy();
	});

	it("[Y3] a session that moved on since the difference was shown is left alone", async () => {
		const { sessionId } = await createSession(opened.store);
		await backup();
		const { here } = await restorer.compare("latest", sessionId);
		await playMoves(opened.store, sessionId, [spawn("quick")]);
		await expect(restorer.restore("latest", sessionId, here.seq)).rejects.toMatchObject({
			code: "RESTORE_OUTDATED",
		});
		expect((await view(sessionId)).artifacts).toHaveLength(1);
	});

	it("[Y3] what cannot be restored is said, and nothing changes", async () => {
		const { sessionId } = await createSession(opened.store);
		const refused = (code: string) => expect.objectContaining({ code });
		await expect(restorer.compare("latest", sessionId)).rejects.toEqual(
			refused("BACKUP_NOT_FOUND"),
		);
		const entry = await backup();
		const young = await createSession(opened.store);
		await expect(restorer.compare("latest", young.sessionId)).rejects.toEqual(
			refused("RESTORE_REFUSED"),
		);
		await expect(restorer.compareUndo(sessionId)).rejects.toEqual(refused("RESTORE_REFUSED"));
		await expect(restorer.compare("latest", "nobody")).rejects.toEqual(
			refused("SESSION_NOT_FOUND"),
		);
		tamper(entry.database, "update sessions set score = 9 where session_key = 1");
		await expect(restorer.compare(entry.name, sessionId)).rejects.toEqual(
			refused("RESTORE_REFUSED"),
		);
		await demandHealthy();
	});
});
