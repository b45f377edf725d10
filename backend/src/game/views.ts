import {
	artifactView,
	newSession,
	type Session,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";
import { activeCount, type Counters, endedCount } from "../counters.js";
import { replayIdFor } from "../ids.js";
import type { SessionRecord } from "../storage/ports.js";
import type { ServiceCounts } from "./answers.js";

/** What leaves: sessions and statistics in the words of the contract. */

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const isoOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : iso(timeMs));

export interface ClockReading {
	readonly nowMs: number;
	/** Sum of all downtime until now. */
	readonly downtimeMs: number;
	/** Of the storage. */
	readonly generation: number;
}

/** Duration − max(last stored play time, now − start − downtime), never below 0. */
export function remainingMs(record: SessionRecord, clock: ClockReading): number {
	const downMs = Math.max(0, clock.downtimeMs - record.downtimeBaseMs);
	const elapsedMs = clock.nowMs - record.startedAtMs - downMs - record.pausedMs;
	return Math.max(0, record.state.durationMs - Math.max(record.lastPlayMs, elapsedMs, 0));
}

/** The session as it is now. */
export const sessionView = (record: SessionRecord, clock: ClockReading): Session =>
	viewOf(record, {
		state: record.state,
		seq: record.seq,
		endedAtMs: record.endedAtMs,
		remainingMs: remainingMs(record, clock),
		generation: clock.generation,
	});

/** The session as it was when it was created: the first answer of its create call. */
export const createdView = (record: SessionRecord, generation: number): Session => {
	const { seed, durationMs } = record.state;
	const state = newSession(seed, durationMs);
	return viewOf(record, {
		state,
		seq: 0,
		endedAtMs: null,
		remainingMs: durationMs,
		generation,
	});
};

interface Moment {
	readonly state: SessionState;
	readonly seq: number;
	readonly endedAtMs: number | null;
	readonly remainingMs: number;
	readonly generation: number;
}

const viewOf = (record: SessionRecord, { state, ...moment }: Moment): Session => ({
	sessionId: record.id,
	seed: state.seed,
	durationSeconds: state.durationMs / 1000,
	score: scoreOf(state),
	playerSpeedPercent: record.level.playerSpeedPercent,
	artifacts: Array.from(state.artifacts.values(), artifactView),
	terrain: [...record.level.terrain],
	trashCan: record.level.trashCan,
	status: state.result === null ? "active" : "ended",
	result: state.result,
	seq: moment.seq,
	stateHash: stateHash(state),
	startedAt: iso(record.startedAtMs),
	endedAt: isoOrNull(moment.endedAtMs),
	remainingSeconds: moment.remainingMs / 1000,
	generation: moment.generation,
	replayId: state.result === null ? null : replayIdFor(record.id, record.key),
});

/** `today` is the server's local day: yesterday's count is not today's. */
export const countsView = (counters: Readonly<Counters>, today: number): ServiceCounts => ({
	activeCount: activeCount(counters),
	startedCount: counters.started,
	endedCount: endedCount(counters),
	staleEndedCount: counters.staleEnded,
	wonCount: counters.won,
	lostCount: counters.lost,
	abandonedCount: counters.abandoned,
	latestCompletedAt: isoOrNull(counters.latestCompletedAtMs),
	latestActivityAt: isoOrNull(counters.latestActivityAtMs),
	sessionsToday: counters.today === today ? counters.startedToday : 0,
});
