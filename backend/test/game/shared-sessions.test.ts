// Goal: several servers on one database are one service. Method: two authorities on one real
// PostgreSQL, whose calls meet in every order; the same without the version check as a control.
import type { NormalMove } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { openPublic } from "#src/service.js";
import { LoneChanges } from "#src/storage/lone-changes.js";
import { MODULES } from "#src/storage/modules.js";
import { RemovalRepo } from "#src/storage/removals/removal-repo.js";
import { POSTGRES, silentLog } from "../support/drivers.js";
import {
	answerOf,
	deposit,
	end,
	lay,
	move,
	OpenStore,
	SPAWN,
	START_MS,
	type StoreOptions,
	spawn,
} from "../support/open-store.js";

/** Two servers on one database, their clocks the test's own. */
async function twoServers(options: StoreOptions = {}): Promise<[OpenStore, OpenStore]> {
	const a = await OpenStore.open(POSTGRES, POSTGRES.makePlace(), options);
	const b = await OpenStore.open(POSTGRES, a.place, options);
	return [a, b];
}

const close = (...servers: OpenStore[]): Promise<unknown> =>
	Promise.all(servers.map((server) => server.close()));

describe("several servers on one database", () => {
	it("[P4] a session is played on any server, in turn, and none is behind", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		for (let count = 0; count < 20; count += 1) {
			const server = count % 2 === 0 ? a : b;
			const moves = [move(`m${count}`, spawn(`x${count}`)), move(`l${count}`, lay(`x${count}`))];
			const { receipts, seq } = answerOf(await server.play(sessionId, moves));
			expect(receipts.map(({ applied }) => applied)).toEqual(["now", "now"]);
			expect(seq).toBe(2 * count + 2);
			const other = count % 2 === 0 ? b : a;
			expect(await other.view(sessionId)).toMatchObject({ seq, score: count + 1 });
		}
		await close(a, b);
	});

	it("[P4] changes that meet are all stored, each once, in one chain", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		await b.view(sessionId);
		const calls = Array.from({ length: 60 }, (_, at) =>
			(at % 2 === 0 ? a : b).play(sessionId, [move(`m${at}`, spawn(`x${at}`))]),
		);
		const seqs = (await Promise.all(calls)).map((each) => answerOf(each).seq);
		expect(new Set(seqs).size).toBe(60);
		for (const server of [a, b]) {
			expect(await server.view(sessionId)).toMatchObject({ seq: 60 });
			expect((await server.log(sessionId)).moves.map(({ seq }) => seq)).toEqual(
				Array.from({ length: 60 }, (_, at) => at + 1),
			);
		}
		await close(a, b);
	});

	it("[P4] what is decided again rests on nothing that was rejected with it", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		// 1. A change that is stored and not told yet; the other server goes on from it.
		const release = a.faults.holdOutcomes();
		const first = a.play(sessionId, [move("1", spawn("x1"))]);
		await a.faults.arrived();
		await b.play(sessionId, [move("2", spawn("x2"))]);
		// 2. A refusal that waits for it, and behind that a change that will be rejected.
		const refused = a.single(sessionId, deposit("x3"));
		const second = a.play(sessionId, [move("3", spawn("x3"))]);
		release();
		expect((await first).ok).toBe(true);
		await Promise.all([refused, second]);
		// 3. Whatever order they came in, the log is one chain.
		const c = await OpenStore.open(POSTGRES, a.place);
		const seen = await c.view(sessionId);
		const { moves } = await c.log(sessionId);
		expect(moves.map(({ seq }) => seq)).toEqual(moves.map((_, at) => at + 1));
		expect(seen.seq).toBe(moves.length);
		await close(a, b, c);
	});

	it("[P4] negative control: without the version check updates are lost", async () => {
		const [a, b] = await twoServers({ testFault: "no-version-check" });
		const { sessionId } = await a.create();
		await b.view(sessionId);
		const calls = Array.from({ length: 60 }, (_, at) =>
			(at % 2 === 0 ? a : b).play(sessionId, [move(`m${at}`, spawn(`x${at}`))]),
		);
		const acknowledged = (await Promise.all(calls)).filter(({ ok }) => ok).length;
		const stored = await POSTGRES.look(a.place, "select count(*) as n from moves");
		expect(acknowledged).toBeGreaterThan(Number(stored[0]?.["n"]));
		await close(a, b);
	});

	it("[P4, K3] one key on two servers at once is one move, one answer", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		for (let round = 0; round < 10; round += 1) {
			const [one, other] = await Promise.all([
				a.single(sessionId, SPAWN, `k${round}`),
				b.single(sessionId, SPAWN, `k${round}`),
			]);
			expect(answerOf(one)).toEqual(answerOf(other));
			expect([one, other].filter((each) => each.ok && each.replayed)).toHaveLength(1);
		}
		expect((await a.view(sessionId)).artifacts).toHaveLength(10);
		await close(a, b);
	});

	it("[P4, K3] one create key on two servers at once is one session", async () => {
		const [a, b] = await twoServers();
		for (let round = 0; round < 10; round += 1) {
			const [one, other] = await Promise.all([
				a.tryCreate(60, `create${round}`),
				b.tryCreate(60, `create${round}`),
			]);
			expect(answerOf(one).sessionId).toBe(answerOf(other).sessionId);
		}
		expect(await b.counts()).toMatchObject({ startedCount: 10, activeCount: 10 });
		await close(a, b);
	});

	it("[P4, K2, S3] two ends at once are one end, statistics exact everywhere", async () => {
		const [a, b] = await twoServers();
		const made = await Promise.all(
			Array.from({ length: 12 }, (_, at) => (at % 2 ? a : b).create()),
		);
		const ends = await Promise.all(
			made.flatMap(({ sessionId }) => [
				a.single(sessionId, end("lost")),
				b.single(sessionId, end("lost")),
			]),
		);
		expect(ends.filter(({ ok }) => ok)).toHaveLength(12);
		expect(ends.filter((each) => !each.ok).map((each) => !each.ok && each.code)).toEqual(
			Array.from({ length: 12 }, () => "SESSION_ENDED"),
		);
		const expected = { startedCount: 12, endedCount: 12, lostCount: 12, activeCount: 0 };
		expect(await a.counts()).toMatchObject(expected);
		expect(await b.counts()).toMatchObject(expected);
		const c = await OpenStore.open(POSTGRES, a.place);
		expect(await c.counts()).toMatchObject(expected);
		await close(a, b, c);
	});

	it("[P4, K7] both sweep; a stale session is ended once", async () => {
		const [a, b] = await twoServers();
		const made = await Promise.all(Array.from({ length: 8 }, () => a.create(10)));
		a.store.start();
		b.store.start();
		// The clock of both goes on while they live: heartbeats all along.
		for (let ms = 0; ms < 25_000; ms += 400) {
			for (const server of [a, b]) server.jump(400);
			await a.create(600);
		}
		const seen = async () => (await a.counts()).staleEndedCount;
		while ((await seen()) < made.length) await new Promise((resolve) => setTimeout(resolve, 50));
		for (const { sessionId } of made) {
			expect(await b.view(sessionId)).toMatchObject({
				status: "ended",
				result: "abandoned",
				seq: 1,
			});
		}
		expect(await b.counts()).toMatchObject({ staleEndedCount: 8, abandonedCount: 8 });
		await close(a, b);
	});

	it("[P5] who watches on one server hears what was done on the other", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		a.store.start();
		const heard: string[] = [];
		let tell: () => void = () => undefined;
		const stop = a.store.watch(sessionId, ({ seq, ended }) => {
			heard.push(`${seq} ${ended}`);
			tell();
		});
		const next = () =>
			new Promise<void>((resolve) => {
				tell = resolve;
			});
		await a.view(sessionId);
		// The watcher's first look is where it begins.
		await new Promise((resolve) => setTimeout(resolve, 500));
		let told = next();
		await b.play(sessionId, [move("1", spawn("x"))]);
		await told;
		told = next();
		await b.single(sessionId, end("lost"));
		await told;
		expect(heard).toEqual(["1 false", "2 true"]);
		stop();
		await close(a, b);
	});

	it("[P4, P5] what was removed on one server takes no move on another", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		a.store.start();
		const gone = new Promise<void>((resolve) => {
			a.store.watch(sessionId, ({ removed }) => {
				if (removed === true) resolve();
			});
		});
		await a.play(sessionId, [move("1", spawn("x"))]);
		// 1. As an operator on the other server does it.
		const { driver, statements, commits, sessions } = b.storage;
		const key = (await sessions.load(sessionId))?.record.key ?? 0;
		const removals = new RemovalRepo(driver, statements, MODULES);
		const mark = { sessionKey: key, reason: "operator", removedAtMs: 1, purgeAtMs: 2 } as const;
		await new LoneChanges(commits).write([removals.mark(mark)]);
		// 2. The one that had it in memory all along.
		expect(await a.play(sessionId, [move("2", spawn("y"))])).toEqual({
			ok: false,
			code: "SESSION_NOT_FOUND",
		});
		expect(await POSTGRES.look(a.place, "select seq from moves")).toHaveLength(1);
		await gone;
		await close(a, b);
	});

	it("[P4, O21] an operator's end that meets a move elsewhere comes after it", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		const release = a.faults.hold();
		const ended = a.store.deeds.end(sessionId, () => []);
		await a.faults.arrived();
		expect((await b.play(sessionId, [move("1", spawn("x"))])).ok).toBe(true);
		release();
		expect(await ended).toMatchObject({ result: "abandoned", seq: 2 });
		expect(await b.view(sessionId)).toMatchObject({ result: "abandoned", seq: 2 });
		await close(a, b);
	});

	it("[P4, H2] one high score a session, and one a key, whichever servers are asked", async () => {
		const servers = await twoServers();
		const books = servers.map(
			({ storage }) => openPublic(storage, silentLog, () => START_MS).highScores,
		);
		const claims = Array.from({ length: 8 }, (_, at) => ({
			of: { result: "lost", remaining: 3 } as const,
			playerTag: "Åsa",
			key: `k${at}`,
		}));
		const posted = await Promise.all(
			claims.flatMap((claim) => books.map((book) => book.post(claim))),
		);
		expect(posted.filter(({ replayed }) => !replayed)).toHaveLength(8);
		expect(new Set(posted.map(({ score }) => score.id)).size).toBe(8);
		await close(...servers);
	});

	it("[P4] a session goes on elsewhere when its server dies in mid-game", async () => {
		const [a, b] = await twoServers();
		const { sessionId } = await a.create();
		const moves = (from: number): NormalMove[] =>
			[0, 1, 2].map((at) => move(`m${from + at}`, spawn(`x${from + at}`)));
		await a.play(sessionId, moves(0));
		// What the dying server had stored without telling is known as such elsewhere.
		const dying = a.play(sessionId, moves(3));
		await dying;
		const { receipts } = answerOf(await b.play(sessionId, [...moves(3), ...moves(6)]));
		expect(receipts.map(({ applied }) => applied)).toEqual([
			...["before", "before", "before"],
			...["now", "now", "now"],
		]);
		expect(await b.single(sessionId, deposit("x8"))).toMatchObject({ ok: true });
		await close(a, b);
	});
});
