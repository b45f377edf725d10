// Goal: every sentence of the contract about what calls mean, on a real storage. Method: real
// files, a clock in the test's hand, and a driver that can be told to fail or to wait.
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../support/drivers.js";
import {
	answerOf,
	deposit,
	end,
	heal,
	lay,
	move,
	OpenStore,
	SPAWN,
	spawn,
	status,
	withStore as storeFor,
} from "../support/open-store.js";

describe.each(DRIVERS)("session rules on $name", (kit) => {
	const withStore = (run: (open: OpenStore) => Promise<void>) => storeFor(kit, run);

	it(
		"[K1] score is what lies on the ground now, remaining what is not deposited, always current",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(sessionId, [
				move("1", spawn("a")),
				move("2", spawn("b")),
				move("3", lay("a")),
				move("4", lay("b")),
			]);
			expect((await open.view(sessionId)).score).toBe(2);
			const first = answerOf(await open.single(sessionId, { type: "deposit", artifactId: "a" }));
			expect(first).toMatchObject({ score: 1, remainingArtifacts: 1, seq: 5, durable: true });
			await open.play(sessionId, [move("5", status("b", "carried"))]);
			expect((await open.view(sessionId)).score).toBe(0);
			const last = answerOf(await open.single(sessionId, end("lost")));
			expect(last).toMatchObject({ finalScore: 0, artifactsDeposited: 1, result: "lost" });
		}),
	);

	it(
		"[K1] deposited is final",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(sessionId, [move("1", spawn("a")), move("2", deposit("a"))]);
			expect(await open.single(sessionId, lay("a"))).toEqual({
				ok: false,
				code: "ARTIFACT_DEPOSITED",
			});
			expect(await open.single(sessionId, { type: "deposit", artifactId: "a" })).toEqual({
				ok: false,
				code: "ARTIFACT_NOT_AVAILABLE",
			});
		}),
	);

	it(
		"[K1] moves are applied in the client's order, and a refused one does not stop the batch",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const { receipts, seq } = answerOf(
				await open.play(sessionId, [
					move("1", deposit("a")),
					move("2", spawn("a")),
					move("3", deposit("a")),
					move("4", spawn("a")),
				]),
			);
			expect(receipts).toEqual([
				{ id: "1", applied: "refused", seq: 1, code: "ARTIFACT_NOT_AVAILABLE" },
				{ id: "2", applied: "now", seq: 2 },
				{ id: "3", applied: "now", seq: 3 },
				{ id: "4", applied: "refused", seq: 4, code: "ARTIFACT_EXISTS" },
			]);
			expect(seq).toBe(4);
			const { moves } = await open.log(sessionId);
			expect(moves.map(({ id, applied }) => [id, applied])).toEqual([
				["1", false],
				["2", true],
				["3", true],
				["4", false],
			]);
		}),
	);

	it.each([
		["won, with all deposited", "won", true, "won"],
		["won, with something left", "won", false, "lost"],
		["lost, with all deposited", "lost", true, "lost"],
		["nothing, with all deposited", null, true, "abandoned"],
	] as const)(
		"[K2] who claims %s gets what the rules say",
		async (_what, claim, cleared, result) => {
			const open = await OpenStore.open(kit);
			const { sessionId } = await open.create();
			await open.play(sessionId, [
				move("1", spawn("a")),
				move("2", spawn("b")),
				move("3", deposit("a")),
				...(cleared ? [move("4", deposit("b"))] : []),
			]);
			await open.single(sessionId, end(claim));
			expect((await open.view(sessionId)).result).toBe(result);
			await open.close();
		},
	);

	it(
		"[K2] won without a single deposit is stored as lost",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.single(sessionId, end("won"));
			expect(await open.view(sessionId)).toMatchObject({ status: "ended", result: "lost" });
		}),
	);

	it(
		"[K2] two ends at once: one is answered, one is SESSION_ENDED",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const ends = await Promise.all([
				open.single(sessionId, end("lost")),
				open.single(sessionId, end("won")),
			]);
			expect(ends[0]?.ok).toBe(true);
			expect(ends[1]).toEqual({ ok: false, code: "SESSION_ENDED" });
			expect(await open.counts()).toMatchObject({ endedCount: 1, lostCount: 1 });
		}),
	);

	it(
		"[K2] after the end every change is SESSION_ENDED; moves still tell what they know",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(sessionId, [move("1", spawn("a")), move("2", end("lost"))]);
			const before = await open.view(sessionId);
			for (const body of [SPAWN, { type: "deposit", artifactId: "a" }, end("won")] as const)
				for (const key of [null, `key-${body.type}`])
					expect(await open.single(sessionId, body, key)).toEqual({
						ok: false,
						code: "SESSION_ENDED",
					});
			const { receipts } = answerOf(
				await open.play(sessionId, [move("1", spawn("a")), move("9", spawn("b"))]),
			);
			expect(receipts).toEqual([
				{ id: "1", applied: "before", seq: 1 },
				{ id: "9", applied: "refused", seq: 0, code: "SESSION_ENDED" },
			]);
			expect(await open.view(sessionId)).toEqual(before);
			expect((await open.log(sessionId)).moves).toHaveLength(2);
		}),
	);

	it(
		"[K2] what follows the end in a batch is refused",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const { receipts } = answerOf(
				await open.play(sessionId, [move("1", end(null)), move("2", spawn("a"))]),
			);
			expect(receipts.map(({ applied, code }) => [applied, code])).toEqual([
				["now", undefined],
				["refused", "SESSION_ENDED"],
			]);
			expect(await open.counts()).toMatchObject({ abandonedCount: 1, activeCount: 0 });
		}),
	);

	it(
		"[K2] an unknown id is SESSION_NOT_FOUND, whatever it looks like",
		withStore(async (open) => {
			for (const id of ["", "x", "' or 1=1", "0".repeat(36)])
				expect(await open.tryView(id)).toEqual({ ok: false, code: "SESSION_NOT_FOUND" });
			await expect(open.log("0".repeat(36))).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
		}),
	);

	it(
		"[A1] a view waits for the moves that it shows",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const release = open.faults.hold();
			const order: string[] = [];
			const played = open
				.play(sessionId, [move("1", spawn("a"))])
				.then(() => order.push("receipt"));
			const viewed = open.tryView(sessionId).then((seen) => {
				order.push("view");
				return answerOf(seen);
			});
			await new Promise((resolve) => setImmediate(resolve));
			expect(order).toEqual([]);
			expect((await open.log(sessionId)).moves).toEqual([]);
			release();
			expect((await viewed).seq).toBe(1);
			await played;
			expect(order).toEqual(["receipt", "view"]);
		}),
	);

	it(
		"[A1] a refusal that rests on an unsaved change waits for it, and fails with it",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(sessionId, [move("1", spawn("a"))]);
			open.faults.failNext({ kind: "unavailable", code: "STORAGE_FULL", reason: "full" });
			const [deposited, status] = await Promise.all([
				open.play(sessionId, [move("2", deposit("a"))]),
				open.single(sessionId, lay("a")),
			]);
			expect(deposited).toEqual({ ok: false, code: "STORAGE_FULL" });
			expect(status).toEqual({ ok: false, code: "STORAGE_FULL" });
		}),
	);

	it(
		"[A1] watchers hear of a change after its receipt, and not before it is stored",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const order: string[] = [];
			open.store.watch(sessionId, ({ seq, ended }) => order.push(`${seq} ${ended}`));
			const release = open.faults.hold();
			const played = Promise.all([
				open.play(sessionId, [move("1", spawn("a")), move("2", spawn("b"))]),
				open.single(sessionId, end(null)),
			]);
			await new Promise((resolve) => setImmediate(resolve));
			expect(order).toEqual([]);
			release();
			await played;
			expect(order).toEqual(["2 false", "3 true"]);
		}),
	);

	it.each([
		["unavailable", { kind: "unavailable", code: "STORAGE_FULL", reason: "full" }, "STORAGE_FULL"],
		[
			"rejected",
			{ kind: "rejected", groups: [1], code: "STORAGE_CONFLICT", reason: "changed" },
			"STORAGE_CONFLICT",
		],
	] as const)("[K10] a commit that is %s leaves no trace in memory", async (what, fault, code) => {
		// Among several servers a rejected call is decided again instead: shared-sessions.test.ts.
		if (kit.isShared && what === "rejected") return;
		const open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		const before = await open.view(sessionId);
		open.faults.failNext(fault);
		const failed = await Promise.all([
			open.play(sessionId, [move("2", spawn("b")), move("3", deposit("a"))]),
			open.single(sessionId, end("won"), "k"),
		]);
		expect(failed).toEqual([
			{ ok: false, code },
			{ ok: false, code },
		]);
		expect(await open.view(sessionId)).toEqual(before);
		expect(await open.counts()).toMatchObject({ activeCount: 1, endedCount: 0 });
		// Healed, the same moves are new and count once.
		await heal(open);
		const { receipts } = answerOf(await open.play(sessionId, [move("2", spawn("b"))]));
		expect(receipts).toEqual([{ id: "2", applied: "now", seq: 2 }]);
		await open.close();
	});

	it(
		"[K10] a create that could not be stored is no session and no count",
		withStore(async (open) => {
			open.faults.failNext({ kind: "unavailable", code: "STORAGE_FULL", reason: "full" });
			expect(await open.tryCreate(60, "k")).toEqual({ ok: false, code: "STORAGE_FULL" });
			expect(await open.counts()).toMatchObject({ startedCount: 0, sessionsToday: 0 });
			await heal(open);
			expect(await open.tryCreate(60, "k")).toMatchObject({ ok: true, replayed: false });
			expect(await open.counts()).toMatchObject({ startedCount: 1, sessionsToday: 1 });
		}),
	);

	it(
		"[F3] in trouble nothing changes and reading goes on",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			open.faults.failNext({
				kind: "unavailable",
				code: "STORAGE_FULL",
				reason: "the disk is full",
			});
			await open.single(sessionId, SPAWN);
			expect(open.store.health()).toEqual({
				status: "unavailable",
				code: "STORAGE_FULL",
				reason: "the disk is full",
			});
			expect(await open.single(sessionId, SPAWN)).toEqual({ ok: false, code: "STORAGE_FULL" });
			expect((await open.view(sessionId)).artifacts).toEqual([]);
			await heal(open);
			expect(open.store.health()).toEqual({ status: "ok" });
		}),
	);

	it(
		"[S3] started = active + ended, ended = won + lost + abandoned, and no commit breaks it",
		withStore(async (open) => {
			const ids = await Promise.all(Array.from({ length: 8 }, () => open.create()));
			await Promise.all(
				ids.slice(0, 6).map(async ({ sessionId }, at) => {
					await open.play(sessionId, [move("1", spawn("a")), move("2", deposit("a"))]);
					await open.single(sessionId, end(([null, "won", "lost"] as const)[at % 3] ?? null));
				}),
			);
			expect(await open.counts()).toMatchObject({
				startedCount: 8,
				activeCount: 2,
				endedCount: 6,
				wonCount: 2,
				lostCount: 2,
				abandonedCount: 2,
				staleEndedCount: 0,
				sessionsToday: 8,
			});
		}),
	);

	it(
		"[S3] the latest completion moves for won and lost only, activity for every move",
		withStore(async (open) => {
			const [a, b] = [await open.create(), await open.create()];
			open.jump(100);
			await open.single(a.sessionId, end("lost"));
			const completedAt = new Date(open.nowMs).toISOString();
			expect(await open.counts()).toMatchObject({ latestCompletedAt: completedAt });
			open.jump(100);
			await open.single(b.sessionId, end(null));
			expect(await open.counts()).toMatchObject({
				latestCompletedAt: completedAt,
				latestActivityAt: new Date(open.nowMs).toISOString(),
			});
		}),
	);

	it(
		"[K4] a session takes 10,000 moves, then only its end",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const batchOf = (from: number, count: number) =>
				Array.from({ length: count }, (_, at) => move(`m${from + at}`, deposit("none")));
			for (let from = 0; from < 9_984; from += 256) await open.play(sessionId, batchOf(from, 256));
			const { receipts } = answerOf(await open.play(sessionId, batchOf(9_984, 18)));
			expect(receipts.slice(15).map(({ applied, seq, code }) => [applied, seq, code])).toEqual([
				["refused", 10_000, "ARTIFACT_NOT_AVAILABLE"],
				["refused", 0, "TOO_MANY_MOVES"],
				["refused", 0, "TOO_MANY_MOVES"],
			]);
			expect(await open.single(sessionId, SPAWN)).toEqual({ ok: false, code: "TOO_MANY_MOVES" });
			expect((await open.single(sessionId, end("lost"))).ok).toBe(true);
			const page = await open.log(sessionId, 9_999, 10);
			expect(page.moves.map(({ seq }) => seq)).toEqual([10_000, 10_001]);
			expect(page.next).toBeNull();
		}),
	);

	it(
		"[K4] the 501st artifact is refused, by single call and by move",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const batchOf = (from: number, count: number) =>
				Array.from({ length: count }, (_, at) => move(`m${from + at}`, spawn(`a${from + at}`)));
			await open.play(sessionId, batchOf(0, 250));
			await open.play(sessionId, batchOf(250, 250));
			expect(await open.single(sessionId, SPAWN)).toEqual({
				ok: false,
				code: "TOO_MANY_ARTIFACTS",
			});
			const { receipts } = answerOf(await open.play(sessionId, [move("x", spawn("x"))]));
			expect(receipts[0]?.code).toBe("TOO_MANY_ARTIFACTS");
			expect((await open.view(sessionId)).artifacts).toHaveLength(500);
		}),
	);

	it(
		"the log is paged: `after` is exclusive, `next` is null at the end",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(
				sessionId,
				["a", "b", "c"].map((id) => move(id, spawn(id))),
			);
			const first = await open.log(sessionId, 0, 2);
			expect([first.moves.map(({ seq }) => seq), first.next]).toEqual([[1, 2], 2]);
			const rest = await open.log(sessionId, 2, 2);
			expect([rest.moves.map(({ id }) => id), rest.next]).toEqual([["c"], null]);
		}),
	);
});
