// Goal: the gate tells nobody anything before its commit, in order, and each failure reaches
// exactly those it concerns. Method: a driver whose outcomes the test chooses; random scripts
// against a model.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CounterChange, noCounters } from "#src/counters.js";
import { QUEUED_WRITES_MAX } from "#src/limits.js";
import { CommitQueue } from "#src/storage/commit-queue.js";
import { Downtime } from "#src/storage/downtime.js";
import { COMMITTED, FULL, LOST, rejected, ScriptedDriver } from "../support/scripted-driver.js";

const COUNTERS = 0;
const HEARTBEAT = 1;
const MOVE = 2;
const PARAMS: Readonly<Record<number, number>> = { [COUNTERS]: 10, [HEARTBEAT]: 3, [MOVE]: 1 };
const T0 = 1_000_000;

/** The statements of a batch, each as its place and what it was given. */
function statementsOf(
	batch: readonly unknown[],
): { place: number; group: unknown; params: unknown[] }[] {
	const found = [];
	for (let at = 0; at < batch.length; ) {
		const place = batch[at] as number;
		const from = at + 2;
		at = from + (PARAMS[place] as number);
		found.push({ place, group: batch[from - 1], params: batch.slice(from, at) });
	}
	return found;
}
const movesOf = (batch: readonly unknown[]): unknown[] =>
	statementsOf(batch).flatMap(({ place, params }) => (place === MOVE ? params : []));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Bench {
	readonly driver = new ScriptedDriver();
	readonly told: string[] = [];
	readonly lost: string[] = [];
	readonly troubles: (string | null)[] = [];
	nowMs = T0;
	readonly queue: CommitQueue;

	constructor(started = 0) {
		this.queue = new CommitQueue({
			driver: this.driver,
			places: { heartbeat: HEARTBEAT, counters: COUNTERS },
			counters: { ...noCounters(), started },
			downtime: new Downtime({ heartbeatAtMs: T0, downtimeMs: 0 }),
			now: () => this.nowMs,
			onLost: (code) => this.lost.push(`${code} after ${this.told.length}`),
			onTrouble: (trouble) => this.troubles.push(trouble?.code ?? null),
		});
	}
	waiter(name: string) {
		return {
			committed: () => void this.told.push(`${name} ok`),
			failed: (error: { code: string }) => void this.told.push(`${name} ${error.code}`),
		};
	}
	change(session: number, name: string, count: CounterChange | null = null): void {
		this.queue.begin().push(MOVE, session, name);
		this.queue.finish(session, count, this.waiter(name));
	}
	read(session: number, name: string): void {
		this.queue.afterPending(session, this.waiter(name));
	}
	takeTold(): string[] {
		return this.told.splice(0);
	}
	/** Lets go of the heartbeat timer, whatever the state. */
	async close(): Promise<void> {
		if (this.driver.isCommitting) await this.driver.answer(LOST);
		await this.queue.drain();
	}
}

describe("the commit queue", () => {
	let bench: Bench;
	beforeEach(() => {
		bench = new Bench();
	});
	afterEach(() => bench.close());

	it("[G1] what queues during a commit becomes the one next batch", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		for (const name of ["b", "c", "d"]) bench.change(name.charCodeAt(0), name);
		expect(bench.driver.batches).toHaveLength(1);
		await bench.driver.answer(COMMITTED);
		expect(bench.driver.batches.map(movesOf)).toEqual([["a"], ["b", "c", "d"]]);
		await bench.driver.answer(COMMITTED);
		expect(bench.queue.gauges).toMatchObject({ batches: 2, writes: 4, largestBatch: 3 });
	});

	it("[G1] changes of one turn of the event loop share a batch", async () => {
		for (const name of ["a", "b", "c"]) bench.change(1, name);
		expect(movesOf(await bench.driver.committing())).toEqual(["a", "b", "c"]);
	});

	it("[A1] nobody is told before the commit, then all in the order of their changes", async () => {
		bench.change(1, "a");
		bench.change(2, "b");
		bench.read(1, "read");
		await bench.driver.committing();
		await turn();
		expect(bench.takeTold()).toEqual([]);
		await bench.driver.answer(COMMITTED);
		expect(bench.takeTold()).toEqual(["a ok", "b ok", "read ok"]);
	});

	it("[A1] a read that comes during the commit is told after the change it shows", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		bench.read(1, "read");
		await bench.driver.answer(COMMITTED);
		expect(bench.takeTold()).toEqual(["a ok", "read ok"]);
		expect(bench.driver.batches).toHaveLength(1);
	});

	it("[A1] a read waits for nothing when nothing is pending", () => {
		bench.read(1, "read");
		expect(bench.takeTold()).toEqual(["read ok"]);
	});

	it("[A1] the next batch is on its way before the answers of this one", async () => {
		let committingAtAnswer = false;
		bench.queue.begin().push(MOVE, 1, "a");
		bench.queue.finish(1, null, {
			committed: () => {
				committingAtAnswer = bench.driver.isCommitting;
			},
			failed: () => undefined,
		});
		await bench.driver.committing();
		bench.change(2, "b");
		await bench.driver.answer(COMMITTED);
		expect(committingAtAnswer).toBe(true);
	});

	it("[G2] a rejected session fails with its later changes, the others are stored", async () => {
		for (const [session, name] of [
			[1, "a"],
			[2, "b"],
			[1, "c"],
			[3, "d"],
		] as const)
			bench.change(session, name);
		await bench.driver.committing();
		bench.change(2, "later b");
		bench.change(3, "later d");
		bench.read(2, "read b");
		await bench.driver.answer(rejected(2));
		expect(bench.takeTold()).toEqual([
			"b STORAGE_CONFLICT",
			"later b STORAGE_CONFLICT",
			"read b STORAGE_CONFLICT",
		]);
		expect(movesOf(await bench.driver.committing())).toEqual(["a", "c", "d"]);
		await bench.driver.answer(COMMITTED);
		expect(bench.takeTold()).toEqual(["a ok", "c ok", "d ok"]);
		expect(movesOf(await bench.driver.committing())).toEqual(["later d"]);
		expect(bench.queue.trouble).toBeNull();
	});

	it("[S3] counters are those of what was stored, also after a rejection", async () => {
		const started = { kind: "started", atMs: T0, day: 20261122 } as const;
		const ended = { kind: "ended", atMs: T0 + 5, result: "won", stale: false } as const;
		bench.change(1, "a", started);
		bench.change(2, "b", started);
		bench.change(1, "c", ended);
		await bench.driver.committing();
		await bench.driver.answer(rejected(1));
		const written = statementsOf(await bench.driver.committing());
		const [counters] = written.filter(({ place }) => place === COUNTERS);
		expect(counters?.params).toEqual([1, 0, 0, 0, 0, null, T0, 20261122, 1, "main"]);
		expect(bench.queue.counters.started).toBe(0);
		await bench.driver.answer(COMMITTED);
		expect(bench.queue.counters).toMatchObject({ started: 1, won: 0, startedToday: 1 });
	});

	it("[F3] unavailable fails all that wait, then refuses, and heals by a probe", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		bench.change(2, "b");
		bench.read(2, "read");
		await bench.driver.answer(FULL);
		expect(bench.takeTold()).toEqual(["a STORAGE_FULL", "b STORAGE_FULL", "read STORAGE_FULL"]);
		expect(bench.queue.refusal()?.code).toBe("STORAGE_FULL");
		expect(bench.queue.trouble).toEqual({ code: "STORAGE_FULL", reason: "full" });
		// Not healed yet: the probe writes a heartbeat, even though the last one is fresh.
		const probe = await bench.driver.committing();
		expect(statementsOf(probe).map(({ place }) => place)).toEqual([HEARTBEAT]);
		await bench.driver.answer(FULL);
		expect(bench.queue.refusal()?.code).toBe("STORAGE_FULL");
		bench.nowMs += 10_000;
		await bench.driver.committing();
		await bench.driver.answer(COMMITTED);
		expect(bench.queue.refusal()).toBeNull();
		expect(bench.troubles).toEqual(["STORAGE_FULL", null]);
		expect(bench.queue.downtimeMsAt(bench.nowMs)).toBe(10_000);
	});

	it("[A2] after a failed sync nothing is told as saved; onLost is called once, last", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		bench.change(2, "b");
		await bench.driver.answer(LOST);
		expect(bench.takeTold()).toEqual(["a OUTCOME_UNKNOWN", "b OUTCOME_UNKNOWN"]);
		bench.queue.lose("STORAGE_CORRUPT", "again");
		expect(bench.lost).toEqual(["STORAGE_IO after 2"]);
		expect(bench.queue.refusal()?.code).toBe("STORAGE_RECOVERING");
		expect(bench.driver.batches).toHaveLength(1);
	});

	it("[A2] a loss beside a commit fails what is under way; its outcome is ignored", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		bench.queue.lose("STORAGE_CORRUPT", "a reader met a damaged page");
		expect(bench.takeTold()).toEqual(["a OUTCOME_UNKNOWN"]);
		await bench.driver.answer(COMMITTED);
		expect(bench.takeTold()).toEqual([]);
		expect(bench.lost).toEqual(["STORAGE_CORRUPT after 1"]);
	});

	it.each([
		["the batch's own rows", 0],
		["a session that is not in the batch", 99],
	])("[A2] a rejection of %s is a loss", async (_what, group) => {
		bench.change(1, "a");
		await bench.driver.committing();
		await bench.driver.answer(rejected(group));
		expect(bench.takeTold()).toEqual(["a OUTCOME_UNKNOWN"]);
		expect(bench.lost).toHaveLength(1);
	});

	it("[G3] the queue is bounded: beyond it no change is taken", async () => {
		bench.change(1, "first");
		await bench.driver.committing();
		for (let at = 0; at < QUEUED_WRITES_MAX; at += 1) {
			if (bench.queue.refusal() !== null) throw new Error(`refused at ${at}`);
			bench.change(2, "x");
		}
		expect(bench.queue.refusal()?.code).toBe("STORAGE_OVERLOADED");
		await bench.driver.answer(COMMITTED);
		expect(bench.queue.refusal()).toBeNull();
	});

	it("drain takes nothing more and resolves when all have their answer", async () => {
		bench.change(1, "a");
		await bench.driver.committing();
		bench.change(2, "b");
		let isDrained = false;
		const drained = bench.queue.drain().then(() => {
			isDrained = true;
		});
		expect(bench.queue.refusal()?.code).toBe("SHUTTING_DOWN");
		await bench.driver.answer(COMMITTED);
		expect(isDrained).toBe(false);
		await bench.driver.answer(COMMITTED);
		await drained;
		expect(bench.takeTold()).toEqual(["a ok", "b ok"]);
	});
});

describe("heartbeats", () => {
	beforeEach(() => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	/** Lets `ms` pass in small steps; the times of the heartbeats that were stored. */
	async function pass(bench: Bench, ms: number): Promise<number[]> {
		const beats: number[] = [];
		for (let passed = 0; passed < ms; passed += 10) {
			bench.nowMs += 10;
			vi.advanceTimersByTime(10);
			if (!bench.driver.isCommitting) continue;
			const batch = await bench.driver.committing();
			for (const { place, params } of statementsOf(batch))
				if (place === HEARTBEAT) beats.push(params[0] as number);
			await bench.driver.answer(COMMITTED);
		}
		return beats;
	}

	it("[K6] a heartbeat is stored at least every 250 ms while sessions are active", async () => {
		const bench = new Bench(1);
		const beats = await pass(bench, 5_000);
		const gaps = beats.map((at, place) => at - (beats[place - 1] ?? T0));
		expect(Math.max(...gaps)).toBeLessThanOrEqual(250);
		expect(bench.queue.downtimeMsAt(bench.nowMs)).toBe(0);
		await bench.close();
	});

	it("[K6] none is stored while no session is active", async () => {
		const bench = new Bench(0);
		expect(await pass(bench, 3_000)).toEqual([]);
		await bench.close();
	});

	it("[K6] they ride on commits, and each expects the one before", async () => {
		const bench = new Bench(1);
		bench.nowMs += 100;
		bench.change(1, "a");
		const [, first] = statementsOf(await bench.driver.committing());
		expect(first).toEqual({ place: HEARTBEAT, group: 0, params: [T0 + 100, 0, T0] });
		await bench.driver.answer(COMMITTED);
		bench.nowMs += 700;
		bench.change(1, "b");
		const [, second] = statementsOf(await bench.driver.committing());
		expect(second?.params).toEqual([T0 + 800, 700, T0 + 100]);
		await bench.close();
	});

	it("[K6] a clock that was set back is followed, and gives sessions no time back", async () => {
		const bench = new Bench(1);
		bench.nowMs -= 3_600_000;
		const beats = await pass(bench, 500);
		expect(beats.length).toBeGreaterThan(1);
		// An hour of downtime the other way round: what had passed for them stays passed.
		const downtimeMs = bench.queue.downtimeMsAt(bench.nowMs);
		expect(downtimeMs).toBeGreaterThanOrEqual(-3_600_000);
		expect(downtimeMs).toBeLessThan(-3_599_000);
		await bench.close();
	});
});

// Random scripts. The model: what is in flight and what waits; a list of reads alone needs no
// commit.
type Step =
	| { readonly do: "change" | "read"; readonly session: number }
	| { readonly do: "commit" | "full" }
	| { readonly do: "reject"; readonly session: number };
interface Entry {
	readonly name: string;
	readonly session: number;
	readonly isChange: boolean;
}

class Model {
	flight: Entry[] = [];
	waiting: Entry[] = [];
	told: string[] = [];

	take(entry: Entry): void {
		if (!entry.isChange && this.flight.length + this.waiting.length === 0) this.tell([entry], "ok");
		else this.waiting.push(entry);
	}
	/** When nothing is in flight: reads alone are told, anything else is sent. */
	launch(): void {
		if (this.flight.length > 0) return;
		if (this.waiting.some(({ isChange }) => isChange)) this.flight = this.waiting;
		else this.tell(this.waiting, "ok");
		this.waiting = [];
	}
	commit(): void {
		this.tell(this.flight, "ok");
		this.flight = [];
		this.launch();
	}
	reject(session: number): void {
		const isHit = (entry: Entry) => entry.session === session;
		this.tell([...this.flight.filter(isHit), ...this.waiting.filter(isHit)], "STORAGE_CONFLICT");
		this.flight = this.flight.filter((entry) => !isHit(entry));
		this.waiting = this.waiting.filter((entry) => !isHit(entry));
		if (!this.flight.some(({ isChange }) => isChange)) this.commit();
	}
	fail(): void {
		this.tell([...this.flight, ...this.waiting], "STORAGE_FULL");
		this.flight = [];
		this.waiting = [];
	}
	tell(entries: readonly Entry[], what: string): void {
		for (const { name } of entries) this.told.push(`${name} ${what}`);
	}
}

const session = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ do: fc.constant("change" as const), session }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), session }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("reject" as const), session }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("full" as const) }) },
);

async function runScript(steps: readonly Step[]): Promise<void> {
	const bench = new Bench();
	const model = new Model();
	let inTrouble = false;
	for (const [at, each] of steps.entries()) {
		if (each.do === "change" || each.do === "read") {
			if (each.do === "change" && inTrouble) continue;
			const name = `${each.do}${at}`;
			bench[each.do](each.session, name);
			model.take({ name, session: each.session, isChange: each.do === "change" });
			await turn();
			model.launch();
		} else if (bench.driver.isCommitting && model.flight.length > 0) {
			const isThere = (key: number) => model.flight.some((e) => e.session === key && e.isChange);
			if (each.do === "commit") {
				model.commit();
				await bench.driver.answer(COMMITTED);
			} else if (each.do === "full") {
				model.fail();
				inTrouble = true;
				await bench.driver.answer(FULL);
			} else if (each.do === "reject" && isThere(each.session)) {
				model.reject(each.session);
				await bench.driver.answer(rejected(each.session));
			}
		}
		expect(bench.told).toEqual(model.told);
		if (model.flight.length > 0)
			expect(movesOf(await bench.driver.committing())).toEqual(
				model.flight.filter((entry) => entry.isChange).map((entry) => entry.name),
			);
	}
	while (model.flight.length > 0) {
		model.commit();
		await bench.driver.answer(COMMITTED);
	}
	expect(bench.told).toEqual(model.told);
	await bench.close();
}

describe("random scripts", () => {
	// Timers of its own would send a probe in the middle of a script.
	beforeEach(() => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it("[A1, G2] everybody is told what the model says, once, in its order", async () => {
		await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), runScript), {
			numRuns: 300,
		});
	});
});
