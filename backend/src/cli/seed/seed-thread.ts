import { parentPort, workerData } from "node:worker_threads";
import type { CounterChange } from "../../counters.js";
import { localDay } from "../../local-day.js";
import type { SqlValue } from "../../storage/driver.js";
import { StatementList } from "../../storage/module.js";
import { MODULES } from "../../storage/modules.js";
import type { NewEntry, SessionRecord } from "../../storage/ports.js";
import { pushWholeSession } from "../../storage/whole-session.js";
import { GameMaker, type SeedPlan } from "./synthetic-game.js";

/** Makes games on a core of its own: a range of them in, what is to be stored of each out. */

export interface SeedRange {
	readonly from: number;
	/** Not included. */
	readonly to: number;
}

/** One session, ready for the commit queue. */
export interface SeededSession {
	readonly key: number;
	readonly moves: number;
	readonly values: readonly SqlValue[];
	readonly changes: readonly CounterChange[];
}

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
const maker = new GameMaker(workerData as SeedPlan);
const statements = new StatementList(MODULES);

port.on("message", ({ from, to }: SeedRange) => {
	const made: SeededSession[] = [];
	for (let at = from; at < to; at += 1) {
		const { record, entries } = maker.make(at);
		const values: SqlValue[] = [];
		pushWholeSession(values, statements, record, entries);
		const changes = changesOf(record, entries);
		made.push({ key: record.key, moves: entries.length, values, changes });
	}
	port.postMessage(made);
});

/** What the server would have counted on the way. */
function changesOf(record: SessionRecord, entries: readonly NewEntry[]): CounterChange[] {
	const { startedAtMs, endedAtMs, stale, state } = record;
	const activityAtMs = entries.findLast(({ body }) => body.type !== "end" || !body.stale);
	return [
		{ kind: "started", atMs: startedAtMs, day: localDay(startedAtMs) },
		{ kind: "activity", atMs: activityAtMs?.recordedAtMs ?? startedAtMs },
		...(state.result === null || endedAtMs === null
			? []
			: [{ kind: "ended", atMs: endedAtMs, result: state.result, stale } as const]),
	];
}
