import { describe, expect, it } from "vitest";
import { FinishedGames } from "#src/game/finished-games.js";
import { newId, replayIdFor } from "#src/ids.js";
import { AuditBook } from "#src/operator/audit-book.js";
import { RetentionKeeper } from "#src/operator/retention-keeper.js";
import { HighScoreRepo } from "#src/storage/high-scores/high-score-repo.js";
import { LoneChanges } from "#src/storage/lone-changes.js";
import { MODULES } from "#src/storage/modules.js";
import { AuditRepo } from "#src/storage/operators/audit-repo.js";
import { RemovalRepo } from "#src/storage/removals/removal-repo.js";
import { previewRetention } from "#src/storage/removals/retention-preview.js";
import { DRIVERS, silentLog, type TestDriver } from "../support/drivers.js";
import { deposit, end, heal, move, OpenStore, spawn } from "../support/open-store.js";
import { FULL } from "../support/scripted-driver.js";

/**
 * Goal: what grows old goes, in pages, can be brought back, and still counts. Method: games on a
 * real storage with a clock in the test's hand; doctor looks at what is left.
 */
const DAY_MS = 24 * 3_600_000;
const POLICY = { keepMs: 30 * DAY_MS, undoMs: 7 * DAY_MS };

class Kept {
	readonly open: OpenStore;
	readonly keeper: RetentionKeeper;
	readonly games: FinishedGames;

	private constructor(open: OpenStore) {
		this.open = open;
		const { driver, statements, commits, sessions } = open.storage;
		this.keeper = new RetentionKeeper({
			policy: POLICY,
			store: new RemovalRepo(driver, statements, MODULES),
			writer: new LoneChanges(commits),
			audit: new AuditBook({
				store: new AuditRepo(driver, statements),
				writer: new LoneChanges(commits),
				now: () => open.nowMs,
				newId,
			}),
			sessions,
			onHidden: ({ sessionId }) => open.store.hide(sessionId),
			now: () => open.nowMs,
			log: silentLog,
		});
		this.games = new FinishedGames(sessions);
	}

	static async on(kit: TestDriver): Promise<Kept> {
		return new Kept(await OpenStore.open(kit));
	}

	/** A whole game of some moves. Returns its id, and its key as the replay's id tells it. */
	async game(claim: "won" | "lost" | null): Promise<{ id: string; replayId: string }> {
		const { sessionId: id } = await this.open.create();
		await this.open.play(id, [
			move("1", spawn("a")),
			move("2", deposit("a")),
			move("3", end(claim)),
		]);
		const { replayId } = await this.open.view(id);
		return { id, replayId: replayId ?? "" };
	}

	async codeOf(id: string): Promise<string> {
		const seen = await this.open.tryView(id);
		return seen.ok ? "there" : seen.code;
	}

	undo(sinceMs = 0, tell?: (done: number, total: number) => void) {
		return this.keeper.undo(sinceMs, { address: "command line" }, tell);
	}

	preview() {
		const { driver } = this.open.storage;
		const endedBeforeMs = this.open.nowMs - POLICY.keepMs;
		return previewRetention(driver.query.bind(driver), { endedBeforeMs, modules: MODULES });
	}
}

describe.each(DRIVERS)("retention on $name", (kit) => {
	it("[T1] hides what is old, keeps what is young, and changes no counter", async () => {
		const kept = await Kept.on(kit);
		const old = await kept.game("lost");
		kept.open.jump(31 * DAY_MS);
		const young = await kept.game("won");
		const before = await kept.open.counts();
		expect(await kept.preview()).toMatchObject({ sessions: 1, moves: 3, kept: 0, waiting: 0 });

		expect(await kept.keeper.pass()).toEqual({ marked: 1, purged: 0 });
		expect(await kept.codeOf(old.id)).toBe("SESSION_NOT_FOUND");
		expect(await kept.codeOf(young.id)).toBe("there");
		await expect(kept.games.find(old.replayId)).rejects.toMatchObject({ code: "REPLAY_GONE" });
		expect(await kept.games.find(young.replayId)).toMatchObject({ result: "won" });
		expect(await kept.open.counts()).toEqual(before);
		expect(await kept.preview()).toMatchObject({ sessions: 0, waiting: 1 });
		await kept.open.close();
	});

	it("[T2] can be taken back for a week, and what comes back is what it was", async () => {
		const kept = await Kept.on(kit);
		const game = await kept.game("won");
		const [session, log] = [await kept.open.view(game.id), await kept.open.log(game.id)];
		kept.open.jump(40 * DAY_MS);
		await kept.keeper.pass();
		kept.open.jump(6 * DAY_MS);
		expect(await kept.keeper.pass()).toEqual({ marked: 0, purged: 0 });
		expect(await kept.undo()).toEqual({ sessions: 1, keepDays: 30, hidesAgain: true });
		expect(await kept.open.view(game.id)).toEqual(session);
		expect(await kept.open.log(game.id)).toEqual(log);
		await kept.open.close();
	});

	it("[B63] an undo goes back to a moment, and is in the audit log", async () => {
		const kept = await Kept.on(kit);
		const early = await kept.game("won");
		kept.open.jump(31 * DAY_MS);
		await kept.keeper.pass();
		const late = await kept.game("lost");
		kept.open.jump(5 * DAY_MS);
		const sinceMs = kept.open.nowMs;
		kept.open.jump(27 * DAY_MS);
		// The first one's window is over, its pass has not come: what is due is not brought back.
		const told: number[][] = [];
		expect(await kept.undo(sinceMs, (...numbers) => told.push(numbers))).toMatchObject({
			sessions: 0,
		});
		await kept.keeper.pass();
		expect(await kept.undo(sinceMs, (...numbers) => told.push(numbers))).toEqual({
			sessions: 1,
			keepDays: 30,
			hidesAgain: true,
		});
		expect(told).toEqual([[1, 1]]);
		expect([await kept.codeOf(early.id), await kept.codeOf(late.id)]).toEqual([
			"SESSION_NOT_FOUND",
			"there",
		]);
		await kept.open.close();
		const entries = await kit.look(kept.open.place, "select * from audit_log");
		expect(entries).toMatchObject([
			{ action: "undo-retention", origin: "command line", undone_by: null },
		]);
		expect(JSON.parse(String(entries[0]?.["state_before"]))).toEqual({
			hiddenSessions: 1,
			since: new Date(sinceMs).toISOString(),
		});
	});

	it("[T3] deletes after the week; one row stays, and a recount still agrees", async () => {
		const kept = await Kept.on(kit);
		const games = [await kept.game("won"), await kept.game("lost"), await kept.game(null)];
		const before = await kept.open.counts();
		kept.open.jump(31 * DAY_MS);
		await kept.keeper.pass();
		kept.open.jump(8 * DAY_MS);
		expect(await kept.keeper.pass()).toEqual({ marked: 0, purged: 3 });
		expect(await kept.undo()).toMatchObject({ sessions: 0 });
		for (const { id, replayId } of games) {
			expect(await kept.codeOf(id)).toBe("SESSION_NOT_FOUND");
			await expect(kept.games.find(replayId)).rejects.toMatchObject({ code: "REPLAY_GONE" });
		}
		// The counters, and keys that go on where they stood, also after a restart.
		const again = await kept.open.reopen(kit);
		expect(await again.counts()).toEqual({ ...before, sessionsToday: expect.any(Number) });
		const { sessionId } = await again.create();
		await again.single(sessionId, end(null));
		const { replayId } = await again.view(sessionId);
		if (!kit.isShared) expect(replayId).toBe(replayIdFor(sessionId, 4));
		await again.close();

		for (const table of ["sessions", "moves", "move_tail", "artifacts"])
			expect(
				await kit.look(
					again.place,
					`select * from ${table} where session_key in (select session_key from archived_sessions)`,
				),
			).toEqual([]);
		expect(await kit.look(again.place, "select result from archived_sessions")).toHaveLength(3);
		const report = await kit.examine(again.place);
		expect([report.verdict, report.drift, report.damage]).toEqual(["healthy", [], []]);
	});

	it("[T3] negative control: without the archive the recount does not agree", async () => {
		const kept = await Kept.on(kit);
		await kept.game("won");
		kept.open.jump(31 * DAY_MS);
		await kept.keeper.pass();
		kept.open.jump(8 * DAY_MS);
		await kept.keeper.pass();
		await kept.open.close();
		await kit.tamper(kept.open.place, "delete from archived_sessions");
		const report = await kit.examine(kept.open.place);
		expect(report.drift.map(({ name }) => name)).toContain("started");
	});

	it("[T4] leaves a session with a high score alone", async () => {
		const kept = await Kept.on(kit);
		const game = await kept.game("won");
		const { driver, statements, commits, sessions } = kept.open.storage;
		const sessionKey = (await sessions.load(game.id))?.record.key ?? 0;
		const scores = new HighScoreRepo({ driver, statements, commits, log: silentLog });
		await new Promise<void>((committed, failed) =>
			scores.add(
				{
					id: newId(kept.open.nowMs),
					createdAtMs: kept.open.nowMs,
					createKey: null,
					playerTag: "Åsa",
					result: "won",
					remaining: 0,
					proof: {
						sessionKey,
						replayId: game.replayId,
						durationMs: 60_000,
						averageWaitMs: 1_000,
					},
				},
				{ committed, failed },
			),
		);
		kept.open.jump(400 * DAY_MS);
		expect(await kept.preview()).toMatchObject({ sessions: 0, kept: 1 });
		expect(await kept.keeper.pass()).toEqual({ marked: 0, purged: 0 });
		expect(await kept.games.find(game.replayId)).toMatchObject({ result: "won" });
		await kept.open.close();
	});

	it("[T1] goes on where a full disk stopped it", async () => {
		const kept = await Kept.on(kit);
		for (let made = 0; made < 5; made += 1) await kept.game("lost");
		kept.open.jump(31 * DAY_MS);
		kept.open.faults.failNext(FULL);
		await expect(kept.keeper.pass()).rejects.toMatchObject({ code: "STORAGE_FULL" });
		expect((await kept.preview()).sessions).toBe(5);
		await heal(kept.open);
		expect(await kept.keeper.pass()).toEqual({ marked: 5, purged: 0 });
		await kept.open.close();
	});
});
