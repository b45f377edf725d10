import type { SessionResult } from "@savepoint/core";

/**
 * The statistics of one slot, as stored: absolute values, so that writing them twice is harmless.
 */
export interface Counters {
	started: number;
	staleEnded: number;
	won: number;
	lost: number;
	abandoned: number;
	latestCompletedAtMs: number | null;
	latestActivityAtMs: number | null;
	today: number;
	startedToday: number;
}

/** What one change does to the counters. Every change by a player is activity. */
export type CounterChange =
	| { readonly kind: "activity"; readonly atMs: number }
	| { readonly kind: "started"; readonly atMs: number; readonly day: number }
	| {
			readonly kind: "ended";
			readonly atMs: number;
			readonly result: SessionResult;
			readonly stale: boolean;
	  }
	/** An operator took a session away, or took that back; the times of the last deeds stay. */
	| {
			readonly kind: "removed" | "returned";
			readonly result: SessionResult | null;
			readonly stale: boolean;
	  };

export const noCounters = (): Counters => ({
	started: 0,
	staleEnded: 0,
	won: 0,
	lost: 0,
	abandoned: 0,
	latestCompletedAtMs: null,
	latestActivityAtMs: null,
	today: 0,
	startedToday: 0,
});

export const endedCount = (counters: Counters): number =>
	counters.won + counters.lost + counters.abandoned;

export const activeCount = (counters: Counters): number => counters.started - endedCount(counters);

const later = (a: number | null, b: number): number => (a === null || b > a ? b : a);

/** Applies one change in place. */
export function countChange(counters: Counters, change: CounterChange): void {
	switch (change.kind) {
		case "activity":
			break;
		case "started":
			counters.started += 1;
			counters.startedToday = counters.today === change.day ? counters.startedToday + 1 : 1;
			counters.today = change.day;
			break;
		case "ended":
			counters[change.result] += 1;
			if (change.stale) counters.staleEnded += 1;
			if (change.result !== "abandoned")
				counters.latestCompletedAtMs = later(counters.latestCompletedAtMs, change.atMs);
			break;
		case "removed":
		case "returned":
			countRemoval(counters, change);
			return;
	}
	// The sweep is not activity of a player.
	if (change.kind !== "ended" || !change.stale)
		counters.latestActivityAtMs = later(counters.latestActivityAtMs, change.atMs);
}

function countRemoval(
	counters: Counters,
	{ kind, result, stale }: Extract<CounterChange, { kind: "removed" | "returned" }>,
): void {
	const by = kind === "removed" ? -1 : 1;
	counters.started += by;
	if (result !== null) counters[result] += by;
	if (stale) counters.staleEnded += by;
}
