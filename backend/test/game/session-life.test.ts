// Goal: sessions outlive the process, the cache and each other. Method: restarts, kill -9 of a
// process that plays, tiny caches, damaged rows, and a clock that jumps.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runFixture } from "../storage/fixtures/files.js";
import { DRIVERS, readableLog } from "../support/drivers.js";
import {
	answerOf,
	deposit,
	end,
	heal,
	move,
	OpenStore,
	spawn,
	status,
	withStore as storeFor,
} from "../support/open-store.js";

const STATUSES = ["ground", "inAir", "flying", "carried", "deposited"] as const;
const artifactId = fc.constantFrom("a", "b", "c");
const anyBody = fc.oneof(
	fc
		.record({ id: artifactId, x: fc.integer({ min: -64, max: 1000 }) })
		.map(({ id, x }) => spawn(id, x)),
	fc
		.record({ id: artifactId, to: fc.constantFrom(...STATUSES) })
		.map(({ id, to }) => status(id, to)),
	artifactId.map((id) => deposit(id)),
);

describe.each(DRIVERS)("the life of a session on $name", (kit) => {
	it("[K8] a session that was put away and loaded again is the same, move by move", async () => {
		let open = await OpenStore.open(kit);
		let round = 0;
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(anyBody, { minLength: 1, maxLength: 12 }), { maxLength: 4 }),
				fc.constantFrom(null, "won", "lost", "none"),
				async (batches, claim) => {
					round += 1;
					const { sessionId } = await open.create();
					const ids = Array.from({ length: 100 }, (_, at) => at);
					for (const bodies of batches)
						await open.play(
							sessionId,
							bodies.map((body) => {
								const at = ids.shift() ?? 0;
								return move(`m${at}`, body, at * 10);
							}),
						);
					if (claim !== "none") await open.single(sessionId, end(claim), "end");
					const before = [await open.view(sessionId), await open.log(sessionId)];
					const counts = await open.counts();
					open = await open.reopen(kit);
					expect([await open.view(sessionId), await open.log(sessionId)]).toEqual(before);
					expect(await open.counts()).toEqual(counts);
				},
			),
			{ numRuns: 12 },
		);
		await open.close();
		expect(round).toBeGreaterThan(0);
	});

	it(
		"[K8] a cache of one holds as many sessions as play, and none is ever in it twice",
		storeFor(
			kit,
			async (open) => {
				const ids = await Promise.all(
					Array.from({ length: 12 }, async () => (await open.create()).sessionId),
				);
				for (let round = 0; round < 5; round += 1)
					await Promise.all(
						ids.flatMap((id, at) => [
							open.play(id, [move(`${round}a`, spawn(`${round}-${at}`))]),
							open.view(id),
							open.play(id, [move(`${round}b`, status(`${round}-${at}`, "ground"))]),
						]),
					);
				for (const id of ids) {
					expect(await open.view(id)).toMatchObject({ seq: 10, score: 5 });
					expect((await open.log(id)).moves.map(({ seq }) => seq)).toEqual(
						Array.from({ length: 10 }, (_, at) => at + 1),
					);
				}
			},
			{ cachedSessionsMax: 1 },
		),
	);

	// Where several servers share the sessions, another may be ahead: only an end writes a snapshot.
	it.skipIf(kit.isShared)(
		"[K8] an evicted session leaves a snapshot that its log proves",
		async () => {
			const open = await OpenStore.open(kit, kit.makePlace(), { cachedSessionsMax: 2 });
			const ids: string[] = [];
			for (let count = 0; count < 6; count += 1) {
				const { sessionId } = await open.create();
				await open.play(sessionId, [move("1", spawn("a")), move("2", spawn("b"))]);
				ids.push(sessionId);
			}
			for (const id of ids) expect((await open.view(id)).artifacts).toHaveLength(2);
			await open.close();
			const rows = await kit.look(open.place, "select seq, score from sessions");
			expect(rows).toEqual(Array.from({ length: 6 }, () => ({ seq: 2, score: 0 })));
		},
	);

	it("[K8] in trouble, what was dropped unwritten from the cache is not lost", async () => {
		const open = await OpenStore.open(kit, kit.makePlace(), { cachedSessionsMax: 2 });
		const ids: string[] = [];
		for (let count = 0; count < 4; count += 1) {
			const { sessionId } = await open.create();
			await open.play(sessionId, [move("1", spawn("a"))]);
			ids.push(sessionId);
		}
		const first = ids[0] ?? "";
		open.faults.failNext({ kind: "unavailable", code: "STORAGE_FULL", reason: "full" });
		expect((await open.play(first, [move("2", deposit("a"))])).ok).toBe(false);
		for (const id of [...ids, ...ids]) expect((await open.view(id)).seq).toBe(1);
		await heal(open);
		for (const id of ids) expect((await open.play(id, [move("2", deposit("a"))])).ok).toBe(true);
		await open.close();
	});

	it("[U1, A1] what was told before a kill -9 is there, once; the game goes on", async () => {
		const place = kit.makePlace();
		await (await kit.open(place)).driver.close();
		const child = runFixture("../../support/play-forever.mjs", [place]);
		const acknowledged = new Map<string, number>();
		for (let lines = 0; lines < 300; lines += 1) {
			const [id = "", seq = "0"] = (await child.line()).split(" ");
			acknowledged.set(id, Math.max(acknowledged.get(id) ?? 0, Number(seq)));
		}
		await child.kill();
		const open = await OpenStore.open(kit, place, { nowMs: Date.now() });
		for (const [id, seq] of acknowledged) {
			const session = await open.view(id);
			expect(session.seq).toBeGreaterThanOrEqual(seq);
			const { moves } = await open.log(id);
			expect(moves.map((each) => each.seq)).toEqual(moves.map((_, at) => at + 1));
			expect(new Set(moves.map((each) => each.id)).size).toBe(moves.length);
			const known = answerOf(
				await open.play(id, [move("1", { ...spawn("a1"), xFixed: 1, yFixed: 0 })]),
			);
			expect(known.receipts).toEqual([{ id: "1", applied: "before", seq: 1 }]);
			expect((await open.single(id, end("lost"))).ok).toBe(true);
		}
		const counts = await open.counts();
		expect(counts.startedCount).toBe(counts.activeCount + counts.endedCount);
		expect(counts.lostCount).toBe(acknowledged.size);
		await open.close();
	});

	it.each([
		["its row", "update sessions set score = score + 1 where session_id = $1"],
		[
			"an artifact",
			"update artifacts set x = x + 1 where session_key = (select session_key from sessions where session_id = $1)",
		],
		[
			"a move",
			"update moves set payload = replace(payload, 'a', 'e') where session_key = (select session_key from sessions where session_id = $1)",
		],
		[
			"a missing move",
			"delete from moves where seq = 1 and session_key = (select session_key from sessions where session_id = $1)",
		],
		[
			"a missing end of the log",
			"delete from moves where seq = 2 and session_key = (select session_key from sessions where session_id = $1)",
		],
	])("[K9] one harmed session (%s) harms no other and is left as it is", async (what, sql) => {
		// Without a snapshot in the middle of a game there is nothing of it to harm, and the log's last
		// entry is known from its own end only.
		if (kit.isShared && (what === "an artifact" || what.startsWith("a missing end"))) return;
		let open = await OpenStore.open(kit);
		const ids: string[] = [];
		for (let count = 0; count < 3; count += 1) {
			const { sessionId } = await open.create();
			await open.play(sessionId, [move("1", spawn("a")), move("2", status("a", "ground"))]);
			ids.push(sessionId);
		}
		await open.close();
		const [first = "", harmed = "", last = ""] = ids;
		await kit.tamper(open.place, sql, [harmed]);
		const everything = "select * from sessions s, moves m where m.session_key = s.session_key";
		const before = await kit.look(open.place, everything);
		open = await OpenStore.open(kit, open.place);
		expect(await open.tryView(harmed)).toEqual({ ok: false, code: "SESSION_HARMED" });
		expect(await open.play(harmed, [move("3", deposit("a"))])).toEqual({
			ok: false,
			code: "SESSION_HARMED",
		});
		for (const id of [first, last]) expect(await open.view(id)).toMatchObject({ seq: 2, score: 1 });
		expect((await open.counts()).startedCount).toBe(3);
		await open.close();
		expect(await kit.look(open.place, everything)).toEqual(before);
	});

	it("[K5] time left counts the later of clock and play time, never below 0", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create(60);
		expect((await open.view(sessionId)).remainingSeconds).toBe(60);
		await open.live(4_000);
		expect((await open.view(sessionId)).remainingSeconds).toBe(56);
		await open.play(sessionId, [move("1", spawn("a"), 20_000), move("2", spawn("b"), 10_000)]);
		expect((await open.view(sessionId)).remainingSeconds).toBe(40);
		open = await open.reopen(kit);
		expect((await open.view(sessionId)).remainingSeconds).toBe(40);
		await open.play(sessionId, [move("3", spawn("c"), 6_000_000)]);
		expect((await open.view(sessionId)).remainingSeconds).toBe(0);
		expect((await open.single(sessionId, end("lost"))).ok).toBe(true);
		await open.close();
	});

	it("[K5] who played on while the server was away does not get that time again", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create(60);
		await open.live(4_000);
		open = await open.reopen(kit, { nowMs: open.nowMs + 10_000 });
		expect((await open.view(sessionId)).remainingSeconds).toBe(56);
		await open.play(sessionId, [move("1", spawn("a"), 14_000)]);
		expect((await open.view(sessionId)).remainingSeconds).toBe(46);
		await open.live(3_000);
		expect((await open.view(sessionId)).remainingSeconds).toBe(43);
		// What was played earlier and arrives late puts no clock back or ahead.
		await open.play(sessionId, [move("2", status("a", "ground"), 14_500)]);
		expect((await open.view(sessionId)).remainingSeconds).toBe(43);
		await open.close();
	});

	it("[K6] time stands still while no server is there, also for a second restart", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create(60);
		await open.live(2_000);
		for (const awayMs of [3_600_000, 86_400_000]) {
			const nowMs = open.nowMs + awayMs;
			open = await open.reopen(kit, { nowMs });
			expect((await open.view(sessionId)).remainingSeconds).toBe(58);
		}
		await open.live(1_000);
		expect((await open.view(sessionId)).remainingSeconds).toBe(57);
		await open.close();
	});

	it(
		"[K6] a process that was frozen counts the gap as downtime, before and after it is stored",
		storeFor(kit, async (open) => {
			const { sessionId } = await open.create(60);
			open.jump(10_000);
			expect((await open.view(sessionId)).remainingSeconds).toBe(60);
			await open.play(sessionId, [move("1", spawn("a"))]);
			expect((await open.view(sessionId)).remainingSeconds).toBe(60);
		}),
	);

	it("[K6] a clock that is set back gives no time back, also over a restart", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create(60);
		await open.live(2_000);
		open.jump(-3_600_000);
		expect((await open.view(sessionId)).remainingSeconds).toBe(58);
		await open.live(1_000);
		expect((await open.view(sessionId)).remainingSeconds).toBe(57);
		open = await open.reopen(kit, { nowMs: open.nowMs - 86_400_000 });
		expect((await open.view(sessionId)).remainingSeconds).toBe(57);
		await open.close();
	});

	it(
		"[K6] time in which nothing could be stored is no play time",
		storeFor(kit, async (open) => {
			const { sessionId } = await open.create(60);
			open.faults.failNext({ kind: "unavailable", code: "STORAGE_FULL", reason: "full" });
			await open.play(sessionId, [move("1", spawn("a"))]);
			open.jump(30_000);
			const healed = open.nowMs;
			await heal(open);
			// Only what passed after the storage had healed, on the way to noticing it.
			const playedSeconds = 60 - (await open.view(sessionId)).remainingSeconds;
			expect(playedSeconds * 1_000).toBeLessThanOrEqual(open.nowMs - healed);
		}),
	);

	it("[K7] a stale session is ended once, as abandoned; a harmed one is passed over", async () => {
		let open = await OpenStore.open(kit);
		const [harmed, stale, fresh] = [
			await open.create(10),
			await open.create(10),
			await open.create(60),
		];
		await open.play(stale.sessionId, [move("1", spawn("a"))]);
		await open.live(20_400);
		await open.close();
		await kit.tamper(open.place, "update sessions set score = 9 where session_id = $1", [
			harmed.sessionId,
		]);
		const { log, lines } = readableLog();
		// A day of downtime makes nobody stale.
		open = await OpenStore.open(kit, open.place, { nowMs: open.nowMs + 86_400_000, log });
		const ended = open.ended(stale.sessionId);
		open.store.start();
		await ended;
		expect(await open.view(stale.sessionId)).toMatchObject({
			status: "ended",
			result: "abandoned",
			seq: 2,
		});
		expect(await open.view(fresh.sessionId)).toMatchObject({ status: "active" });
		expect(await open.tryView(harmed.sessionId)).toMatchObject({ code: "SESSION_HARMED" });
		expect(await open.counts()).toMatchObject({
			staleEndedCount: 1,
			// The stale one and the session that kept time.
			abandonedCount: 2,
			endedCount: 2,
			activeCount: 2,
			latestCompletedAt: null,
		});
		expect(await open.single(stale.sessionId, end("won"))).toMatchObject({ code: "SESSION_ENDED" });
		await open.close();
		expect(lines.filter((line) => line.includes("passed over"))).toHaveLength(1);
	});

	it("[K7] a session is not stale a moment before twice its duration", async () => {
		let open = await OpenStore.open(kit);
		const { sessionId } = await open.create(10);
		await open.live(19_600);
		expect(await open.storage.sessions.due(open.nowMs, null, 10)).toEqual([]);
		await open.live(400);
		expect(await open.storage.sessions.due(open.nowMs, null, 10)).toMatchObject([
			{ id: sessionId },
		]);
		open = await open.reopen(kit);
		await open.close();
	});
});
