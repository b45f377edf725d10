// Goal: what is sent twice counts once, whatever happened in between. Method: resends to the same
// store, to one that was closed and opened again, and to one whose commit had failed.
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
	withStore as storeFor,
} from "../support/open-store.js";

describe.each(DRIVERS)("resends on $name", (kit) => {
	const withStore = (run: (open: OpenStore) => Promise<void>) => storeFor(kit, run);

	it(
		"[K3] the same key and body gets the first answer again, marked as replayed",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const calls = [
				["spawn", SPAWN],
				["end", end("lost")],
			] as const;
			for (const [key, body] of calls) {
				const first = await open.single(sessionId, body, key);
				open.jump(50);
				expect(await open.single(sessionId, body, key)).toEqual({ ...first, replayed: true });
			}
			expect((await open.view(sessionId)).seq).toBe(2);
		}),
	);

	it(
		"[K3] the first answer is the one of then, although the session has moved on",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.play(sessionId, [
				move("1", spawn("a")),
				move("2", spawn("b")),
				move("3", lay("b")),
			]);
			const first = await open.single(sessionId, deposit("a"), "k");
			await open.single(sessionId, deposit("b"));
			expect(await open.single(sessionId, deposit("a"), "k")).toEqual({ ...first, replayed: true });
		}),
	);

	it(
		"[K3] the same key with another body or another call is refused and changes nothing",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			await open.single(sessionId, SPAWN, "k");
			const before = await open.view(sessionId);
			for (const body of [{ ...SPAWN, xFixed: 1 }, end("won"), deposit("a")])
				expect(await open.single(sessionId, body, "k")).toEqual({
					ok: false,
					code: "IDEMPOTENCY_KEY_REUSED",
				});
			const { receipts } = answerOf(await open.play(sessionId, [move("k", spawn("a"))]));
			expect(receipts[0]).toEqual({
				id: "k",
				applied: "refused",
				seq: 1,
				code: "IDEMPOTENCY_KEY_REUSED",
			});
			expect(await open.view(sessionId)).toEqual(before);
		}),
	);

	it(
		"[K3] a key that is sent twice at once counts once",
		withStore(async (open) => {
			const { sessionId } = await open.create();
			const both = await Promise.all([
				open.single(sessionId, SPAWN, "k"),
				open.single(sessionId, SPAWN, "k"),
			]);
			expect(both[1]).toEqual({ ...both[0], replayed: true });
			expect((await open.view(sessionId)).artifacts).toHaveLength(1);
		}),
	);

	it(
		"[K3] a key belongs to its session",
		withStore(async (open) => {
			const [a, b] = [await open.create(), await open.create()];
			const first = answerOf(await open.single(a.sessionId, SPAWN, "k"));
			const other = await open.single(b.sessionId, SPAWN, "k");
			expect(other).toMatchObject({ ok: true, replayed: false });
			expect(answerOf(other)).not.toEqual(first);
		}),
	);

	it("[K3] a move sent again is `before`, with its first seq, also within a batch", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		const batch = [move("1", spawn("a")), move("2", lay("a")), move("1", spawn("a"))];
		const first = answerOf(await open.play(sessionId, batch));
		expect(first.receipts.at(-1)).toEqual({ id: "1", applied: "before", seq: 1 });
		for (let round = 0; round < 2; round += 1) {
			const again = answerOf(await open.play(sessionId, [...batch, move(`n${round}`, spawn("x"))]));
			expect(again.receipts.slice(0, 3)).toEqual([
				{ id: "1", applied: "before", seq: 1 },
				{ id: "2", applied: "before", seq: 2 },
				{ id: "1", applied: "before", seq: 1 },
			]);
			open = await open.reopen(kit);
		}
		await open.close();
	});

	it("[A3] keys and their answers outlive a restart, also of ended sessions", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		const calls = [
			["spawn", SPAWN],
			["none", deposit("none")],
			["end", end("won")],
		] as const;
		const firsts = [];
		for (const [key, body] of calls) firsts.push(await open.single(sessionId, body, key));
		expect(firsts.map((first) => first.ok)).toEqual([true, false, true]);
		open = await open.reopen(kit);
		for (const [at, [key, body]] of calls.entries()) {
			const again = await open.single(sessionId, body, key);
			expect(again).toEqual(again.ok ? { ...firsts[at], replayed: true } : firsts[at]);
		}
		expect((await open.view(sessionId)).seq).toBe(3);
		await open.close();
	});

	it("[A3] a key whose commit failed is new when it comes again", async () => {
		const open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		open.faults.failNext({ kind: "unavailable", code: "STORAGE_BUSY", reason: "locked" });
		expect((await open.single(sessionId, SPAWN, "k")).ok).toBe(false);
		await heal(open);
		expect(await open.single(sessionId, SPAWN, "k")).toMatchObject({ ok: true, replayed: false });
		expect((await open.view(sessionId)).artifacts).toHaveLength(1);
		await open.close();
	});

	it("[K4] what was refused once is refused for ever, also when it would work now", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		const refusedSingle = await open.single(sessionId, deposit("a"), "k");
		await open.play(sessionId, [move("1", lay("a")), move("2", spawn("a"))]);
		for (let round = 0; round < 2; round += 1) {
			expect(await open.single(sessionId, deposit("a"), "k")).toEqual(refusedSingle);
			const { receipts } = answerOf(await open.play(sessionId, [move("1", lay("a"))]));
			expect(receipts).toEqual([
				{ id: "1", applied: "refused", seq: 2, code: "ARTIFACT_NOT_AVAILABLE" },
			]);
			open = await open.reopen(kit);
		}
		expect((await open.view(sessionId)).artifacts).toMatchObject([{ status: "inAir" }]);
		await open.close();
	});

	it("[K3] a create with a key makes one session: again, at once and after a restart", async () => {
		let open = await OpenStore.open(kit);
		const both = await Promise.all([open.tryCreate(30, "k"), open.tryCreate(30, "k")]);
		const first = answerOf(both[0]);
		expect(both.map((each) => each.ok && each.replayed)).toEqual([false, true]);
		expect(answerOf(both[1])).toEqual(first);
		await open.play(first.sessionId, [move("1", spawn("a")), move("2", end("lost"))]);
		for (let round = 0; round < 2; round += 1) {
			expect(await open.tryCreate(30, "k")).toEqual({ ok: true, answer: first, replayed: true });
			expect(await open.tryCreate(31, "k")).toEqual({ ok: false, code: "IDEMPOTENCY_KEY_REUSED" });
			open = await open.reopen(kit);
		}
		expect((await open.counts()).startedCount).toBe(1);
		await open.close();
	});

	it("[K11] a spawned artifact's id is the same after a reload, and no two are alike", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		for (let count = 0; count < 20; count += 1) {
			await open.single(sessionId, SPAWN);
			open.jump(7);
		}
		const before = await open.view(sessionId);
		const ids = before.artifacts.map(({ id }) => id);
		expect(new Set(ids).size).toBe(20);
		expect([...ids].sort()).toEqual(ids);
		open = await open.reopen(kit);
		const after = await open.view(sessionId);
		expect(after.artifacts).toEqual(before.artifacts);
		expect(after.stateHash).toBe(before.stateHash);
		const { moves } = await open.log(sessionId);
		expect(moves.map(({ artifactId }) => artifactId)).toEqual(ids);
		await open.close();
	});
});
