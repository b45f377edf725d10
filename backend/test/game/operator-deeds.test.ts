// Goal: a session that an operator ends, deletes or brings back is never seen half done, and what
// is stored agrees with itself. Method: a real storage whose commits the test holds back or fails,
// a clock in its hand, and doctor over all that is left.
import { describe, expect, it } from "vitest";
import { RetentionKeeper } from "#src/operator/retention-keeper.js";
import { COUNTED } from "#src/storage/doctor/counters-check.js";
import type { SqlRow } from "#src/storage/driver.js";
import { LoneChanges } from "#src/storage/lone-changes.js";
import { MODULES } from "#src/storage/modules.js";
import { RemovalRepo } from "#src/storage/removals/removal-repo.js";
import { DRIVERS, silentLog, type TestDriver } from "../support/drivers.js";
import { answerOf, end, heal, move, OpenStore, spawn, withStore } from "../support/open-store.js";
import { type Fault, FULL, rejected } from "../support/scripted-driver.js";

const DAY_MS = 24 * 3_600_000;
const nothing = () => [];
const turn = () => new Promise((resolve) => setImmediate(resolve));

const removalsOf = ({ storage: { driver, statements } }: OpenStore) =>
	new RemovalRepo(driver, statements, MODULES);

function remove(open: OpenStore, id: string): Promise<number> {
	const removedAtMs = open.nowMs;
	const purgeAtMs = removedAtMs + DAY_MS;
	return open.store.deeds.remove(id, (_session, sessionKey) => [
		removalsOf(open).mark({ sessionKey, reason: "operator", removedAtMs, purgeAtMs }),
	]);
}

const bringBack = (open: OpenStore, id: string, leftMs: number): Promise<void> =>
	open.store.deeds.bringBack(id, leftMs, (key) => [removalsOf(open).unmark(key)]);

async function game(open: OpenStore): Promise<string> {
	const { sessionId } = await open.create();
	answerOf(await open.play(sessionId, [move("1", spawn("a")), move("2", spawn("b"))]));
	return sessionId;
}

const COUNTERS = ["started", "won", "lost", "abandoned", "stale_ended"] as const;

/** Everything that is stored verifies, and the counters are those of a recount. */
async function demandHealthy(kit: TestDriver, { place }: OpenStore): Promise<void> {
	const report = await kit.examine(place);
	expect([report.verdict, report.drift, report.damage]).toEqual(["healthy", [], []]);
	const sums = COUNTERS.map((name) => `sum(${name}) as ${name}`);
	const [stored] = await kit.look(place, `select ${sums} from session_stats`);
	const [counted] = await kit.look(place, COUNTED);
	const numbers = (row: SqlRow = {}) => COUNTERS.map((name) => [name, Number(row[name])]);
	expect(numbers(stored)).toEqual(numbers(counted));
}

type Failure = [when: string, fault: Fault, code: string];
const REJECTED: Failure = [
	"it is rejected",
	(batch) => rejected(Number(batch[1])),
	"STORAGE_CONFLICT",
];

describe.each(DRIVERS)("what operators do to a session on $name", (kit) => {
	it(
		"[O22, A1] a deletion is told to nobody before it is on disk, and nothing comes behind it",
		withStore(kit, async (open) => {
			const id = await game(open);
			const before = await open.counts();
			for (const hold of [() => open.faults.hold(), () => open.faults.holdOutcomes()]) {
				const release = hold();
				const removing = remove(open, id);
				await open.faults.arrived();
				let told = 0;
				const calls = [
					open.tryView(id),
					open.play(id, [move("3", spawn("c"))]),
					open.single(id, end("won")),
				].map(async (call) => {
					const { ok, ...rest } = await call;
					told += 1;
					return ok ? "done" : "code" in rest && rest.code;
				});
				await turn();
				await turn();
				expect(told).toBe(0);
				release();
				await removing;
				expect(await Promise.all(calls)).toEqual(Array(3).fill("SESSION_NOT_FOUND"));
				expect((await open.counts()).startedCount).toBe(before.startedCount - 1);
				await bringBack(open, id, 1_000);
			}
			expect(await open.counts()).toEqual(before);
			expect((await open.view(id)).artifacts).toHaveLength(2);
		}),
	);

	it.each<Failure>([
		["the disk is full", FULL, "STORAGE_FULL"],
		// Among several servers it is decided again; see `shared-sessions.test.ts`.
		...(kit.isShared ? [] : [REJECTED]),
	])("[O22] when %s, the session was never deleted", async (_when, fault, code) => {
		const open = await OpenStore.open(kit);
		const id = await game(open);
		const before = await open.counts();
		const release = open.faults.hold();
		open.faults.failNext(fault);
		const removing = remove(open, id);
		const outcome = removing.catch((error: { code: string }) => error.code);
		await open.faults.arrived();
		const waiting = open.tryView(id);
		release();
		expect(await outcome).toBe(code);
		expect(await waiting).toMatchObject({ ok: false, code });
		await heal(open);
		expect(await open.counts()).toEqual(before);
		expect((await open.play(id, [move("3", spawn("c"))])).ok).toBe(true);
		await open.close();
		await demandHealthy(kit, open);
	});

	it("[O20] a failed end leaves the session as it was", async () => {
		const open = await OpenStore.open(kit);
		const id = await game(open);
		open.faults.failNext(FULL);
		await expect(open.store.deeds.end(id, nothing)).rejects.toMatchObject({
			code: "STORAGE_FULL",
		});
		await heal(open);
		expect(await open.view(id)).toMatchObject({ status: "active", seq: 2 });
		await open.close();
	});

	it("[O20, O21] whatever is done and undone, doctor finds it healthy", async () => {
		let open = await OpenStore.open(kit);
		const ids = [await game(open), await game(open), await game(open)];
		for (const [at, id] of ids.entries()) {
			const left = (await open.view(id)).remainingSeconds;
			await open.store.deeds.end(id, nothing);
			open.jump(300);
			if (at === 1) open = await open.reopen(kit);
			await open.store.deeds.reopen(id, { seq: 3, leftMs: left * 1000 }, nothing);
			expect((await open.view(id)).remainingSeconds).toBeCloseTo(left, 3);
			await remove(open, id);
			open.jump(300);
			if (at === 1) open = await open.reopen(kit);
			await bringBack(open, id, left * 1000);
			expect((await open.view(id)).remainingSeconds).toBeCloseTo(left, 3);
			open.jump(300);
			answerOf(await open.play(id, [move("3", spawn("c"))]));
		}
		const [won = "", gone = ""] = ids;
		answerOf(await open.single(won, end("won")));
		await remove(open, gone);
		await expect(remove(open, gone)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
		await open.close();
		await demandHealthy(kit, open);
		// The log of each says what was done, and a load replays it.
		open = await OpenStore.open(kit, open.place, { nowMs: open.nowMs });
		const { moves } = await open.log(won);
		expect(moves.map(({ type }) => type).join(" ")).toBe(
			"spawn spawn end reopened reopened spawn end",
		);
		expect(await open.view(won)).toMatchObject({ result: "lost", seq: 7 });
		await open.close();
	});

	it("[O22, J3] a deleted session is not called due, as no sweep will end it", async () => {
		const open = await OpenStore.open(kit);
		const [gone, there] = [await open.create(10), await open.create(10)];
		await remove(open, gone.sessionId);
		await open.live(35_000);
		await open.close();
		const report = await kit.examine(open.place, { now: () => open.nowMs });
		expect(report.notes.join()).toContain("1 session is due and not ended");
		// And brought back it has the time that it had.
		const again = await OpenStore.open(kit, open.place, { nowMs: open.nowMs });
		await bringBack(again, gone.sessionId, 7_000);
		expect((await again.view(gone.sessionId)).remainingSeconds).toBeCloseTo(7, 1);
		expect((await again.view(there.sessionId)).remainingSeconds).toBe(0);
		await again.close();
	});

	it("[O20, T3] what an operator ended is no activity, also when it has grown old", async () => {
		const open = await OpenStore.open(kit);
		const id = await game(open);
		const { latestActivityAt } = await open.counts();
		open.jump(400);
		await open.store.deeds.end(id, nothing);
		expect(await open.counts()).toMatchObject({ abandonedCount: 1, latestActivityAt });
		open.jump(31 * DAY_MS);
		const keeper = new RetentionKeeper({
			policy: { keepMs: 30 * DAY_MS, undoMs: DAY_MS },
			store: removalsOf(open),
			writer: new LoneChanges(open.storage.commits),
			audit: {
				prepare: () => {
					throw new Error("A pass of retention is no operator's deed.");
				},
			},
			sessions: open.storage.sessions,
			onHidden: ({ sessionId }) => open.store.hide(sessionId),
			now: () => open.nowMs,
			log: silentLog,
		});
		await keeper.pass();
		open.jump(2 * DAY_MS);
		expect(await keeper.pass()).toEqual({ marked: 0, purged: 1 });
		await open.close();
		await demandHealthy(kit, open);
	});
});
