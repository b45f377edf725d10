import {
	applyMove,
	generateLevel,
	type Level,
	type NormalMove,
	newSession,
	normaliseMove,
	type SessionState,
} from "@savepoint/core";
import { newId } from "../../ids.js";
import { STALE_DURATIONS } from "../../limits.js";
import type { LoggedBody, NewEntry, SessionRecord } from "../../storage/ports.js";
import { planGame, type TimedMove } from "../play/bot.js";
import { type Random, randomFrom } from "../play/bot-random.js";

/** What is to be made. The same plan and seed give the same games; their ids are always new. */
export interface SeedPlan {
	readonly seed: number;
	/** Key of the first session; the others follow in the order of their start. */
	readonly firstKey: number;
	readonly sessions: number;
	/** The last so many are still being played. */
	readonly active: number;
	/** Nothing was recorded later. */
	readonly nowMs: number;
	/** Sum of all downtime of the database now. */
	readonly downtimeMs: number;
}

export interface SyntheticGame {
	readonly record: SessionRecord;
	readonly entries: readonly NewEntry[];
}

/** About twenty moves a game. */
const DURATIONS_MS = [20_000, 25_000, 30_000] as const;
/** Games that are under way have long to go, and have been played this long at most. */
const ACTIVE_DURATION_MS = 600_000;
const ACTIVE_PLAYED_MS = { min: 4_000, max: 60_000 } as const;
/** Ended games began in this time before now; the newest are over, stale ones too. */
const PAST_MS = { from: 42 * 24 * 3_600_000, to: 3_600_000 } as const;
/** Drawing a level costs more than playing it, so a few hundred games share each one. */
const LEVELS = 256;
const ABANDONED_SHARE = 0.12;
const LATENCY_MS = { min: 15, max: 160 } as const;

/** Makes the games of a plan, each by itself: any of them, in any order, on any thread. */
export class GameMaker {
	readonly #plan: SeedPlan;
	readonly #levels = new Map<number, Level>();

	constructor(plan: SeedPlan) {
		this.#plan = plan;
	}

	/** `at`: 0 for the first game. Every move of it was taken by the rules. */
	make(at: number): SyntheticGame {
		const { sessions, active } = this.#plan;
		const random = randomFrom(Math.imul(this.#plan.seed, 0x01000193) ^ at);
		const ended = sessions - active;
		return at < ended ? this.#ended(at, at / ended, random) : this.#active(at, random);
	}

	#ended(at: number, share: number, random: Random): SyntheticGame {
		const durationMs = pick(DURATIONS_MS, random);
		const startedAtMs =
			this.#plan.nowMs - PAST_MS.from + Math.round(share * (PAST_MS.from - PAST_MS.to));
		const { record, moves } = this.#begin(at, durationMs, startedAtMs, random);
		if (random() >= ABANDONED_SHARE) return play(record, moves, random);
		// 1. Somebody left: the rest was not played.
		const played = moves.slice(0, 1 + Math.floor(random() * (moves.length - 1)));
		const game = play(record, played, random);
		// 2. Half of them said so; the others were found by the sweep.
		const stale = random() < 0.5;
		const atMs = stale ? STALE_DURATIONS * durationMs : (played.at(-1)?.atMs ?? 0) + 900;
		const recordedAtMs = startedAtMs + atMs + Math.round(random() * 1_000);
		const body: LoggedBody = { type: "end", claim: null, stale };
		applyMove(record.state, { type: "end", claim: null });
		record.endedAtMs = recordedAtMs;
		record.stale = stale;
		const end: NewEntry = { moveId: null, body, playMs: null, recordedAtMs, refusal: null };
		return { record, entries: [...game.entries, end] };
	}

	#active(at: number, random: Random): SyntheticGame {
		const { sessions, active, nowMs } = this.#plan;
		const { min, max } = ACTIVE_PLAYED_MS;
		// The later it began, the less was played.
		const playedMs = min + Math.round(((sessions - at) / active) * (max - min));
		const startedAtMs = nowMs - playedMs;
		const { record, moves } = this.#begin(at, ACTIVE_DURATION_MS, startedAtMs, random);
		const played = moves.filter(({ atMs }) => atMs < playedMs - LATENCY_MS.max);
		return play(record, played, random);
	}

	#begin(
		at: number,
		durationMs: number,
		startedAtMs: number,
		random: Random,
	): { readonly record: SessionRecord; readonly moves: readonly TimedMove[] } {
		const seed = this.#seedOf(Math.floor(random() * LEVELS));
		const level = this.#level(seed, durationMs);
		const moves = planGame(level, durationMs, Math.floor(random() * 2 ** 31));
		const { terrain, trashCan, playerSpeedPercent } = level;
		const record: SessionRecord = {
			key: this.#plan.firstKey + at,
			id: newId(startedAtMs),
			createKey: null,
			level: { terrain, trashCan, playerSpeedPercent },
			startedAtMs,
			downtimeBaseMs: this.#plan.downtimeMs,
			state: newSession(seed, durationMs),
			endedAtMs: null,
			stale: false,
			seq: 0,
			headHash: "",
			lastPlayMs: 0,
			snapshotSeq: 0,
		};
		return { record, moves };
	}

	#seedOf(levelAt: number): number {
		return (Math.imul(this.#plan.seed + 1, 0x9e3779b1) + Math.imul(levelAt, 0x85ebca6b)) >>> 0;
	}

	#level(seed: number, durationMs: number): Level {
		const known = this.#levels.get(seed + durationMs);
		if (known !== undefined) return known;
		const level = generateLevel(seed, durationMs);
		this.#levels.set(seed + durationMs, level);
		return level;
	}
}

/** As the server decides it: each move by the rules, recorded when it came in. */
function play(record: SessionRecord, moves: readonly TimedMove[], random: Random): SyntheticGame {
	const idPrefix = Math.floor(random() * 2 ** 48).toString(36);
	let recordedAtMs = record.startedAtMs;
	const entries = moves.map(({ atMs, move }, at): NewEntry => {
		const normal = normaliseMove({ ...move, id: `${idPrefix}-${(at + 1).toString(36)}`, atMs });
		const arrivedAtMs = record.startedAtMs + atMs + latencyMs(random);
		recordedAtMs = Math.max(recordedAtMs, arrivedAtMs);
		return decide(record, normal, recordedAtMs);
	});
	return { record, entries };
}

function decide(record: SessionRecord, move: NormalMove, recordedAtMs: number): NewEntry {
	const { id: moveId, atMs: playMs, body } = move;
	const outcome = applyMove(record.state as SessionState, body);
	const refusal = outcome.applied ? null : outcome.code;
	if (body.type === "end" && outcome.applied) record.endedAtMs = recordedAtMs;
	const logged: LoggedBody = body.type === "end" ? { ...body, stale: false } : body;
	return { moveId, body: logged, playMs, recordedAtMs, refusal };
}

const latencyMs = (random: Random): number =>
	LATENCY_MS.min + Math.round(random() * (LATENCY_MS.max - LATENCY_MS.min));

const pick = <T>(list: readonly T[], random: Random): T =>
	list[Math.floor(random() * list.length)] as T;
