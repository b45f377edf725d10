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
}

/**
 * Duration − max(last stored play time, now − start − downtime + lead), never below 0. The lead is
 * what of the downtime the player is known to have played on.
 */
export function remainingMs(record: SessionRecord, clock: ClockReading): number {
	const playedMs = elapsedMs(record, clock) + record.playLeadMs;
	return Math.max(0, record.state.durationMs - Math.max(record.lastPlayMs, playedMs, 0));
}

/**
 * How long the session's clock must have been stopped in all, so that this much is left at that
 * moment.
 */
export function pausedMsFor(record: SessionRecord, leftMs: number, clock: ClockReading): number {
	const ranMs = elapsedMs(record, clock) + record.pausedMs;
	return Math.max(0, Math.round(ranMs - (record.state.durationMs - leftMs)));
}

/** A move told its play time: from here on the session's clock is not behind the player's. */
export function noteLead(record: SessionRecord, playMs: number, clock: ClockReading): void {
	record.playLeadMs = Math.max(record.playLeadMs, playMs - elapsedMs(record, clock));
}

/** Now − start − downtime. */
function elapsedMs(record: SessionRecord, clock: ClockReading): number {
	// Negative after a clock was set back: then the start is later than now.
	const downMs = clock.downtimeMs - record.downtimeBaseMs;
	return clock.nowMs - record.startedAtMs - downMs - record.pausedMs;
}

/** The session as it is now. */
export const sessionView = (
	record: SessionRecord,
	/** The generation of the storage, too. */
	clock: ClockReading & { readonly generation: number },
): Session =>
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
