import {
	applyMove,
	generateLevel,
	type Level,
	type MoveBody,
	newSession,
	normaliseMove,
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
const LONG_COURSES = 64;
const ACTIVE_PLAYED_MS = { min: 4_000, max: 60_000 } as const;
/** Ended games began in this time before now; the newest are over, stale ones too. */
const PAST_MS = { from: 42 * 24 * 3_600_000, to: 3_600_000 } as const;
/**
 * Drawing a level and finding a way through it cost more than all the rest, so games share them:
 * the same moves, but with an outcome, ids and times of their own.
 */
const COURSES = 2_048;
const ABANDONED_SHARE = 0.12;
const LATENCY_MS = { min: 15, max: 160 } as const;

/** A level and one player's way through it. */
interface Course {
	readonly seed: number;
	readonly durationMs: number;
	readonly level: Level;
	readonly moves: readonly PlayedMove[];
}

interface PlayedMove {
	readonly atMs: number;
	readonly body: MoveBody;
}

/** Makes the games of a plan, each by itself: any of them, in any order, on any thread. */
export class GameMaker {
	readonly #plan: SeedPlan;
	readonly #courses = new Map<number, Course>();

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
		const course = this.#course(Math.floor(random() * COURSES));
		const { durationMs, moves } = course;
		const startedAtMs =
			this.#plan.nowMs - PAST_MS.from + Math.round(share * (PAST_MS.from - PAST_MS.to));
		const record = this.#begin(at, course, startedAtMs);
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
		// Beyond the courses of the games that ended.
		const course = this.#course(COURSES + Math.floor(random() * LONG_COURSES));
		const record = this.#begin(at, course, startedAtMs);
		const played = course.moves.filter(({ atMs }) => atMs < playedMs - LATENCY_MS.max);
		return play(record, played, random);
	}

	#begin(at: number, { seed, durationMs, level }: Course, startedAtMs: number): SessionRecord {
		const { terrain, trashCan, playerSpeedPercent } = level;
		return {
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
			playLeadMs: 0,
			snapshotSeq: 0,
		};
	}

	#course(number: number): Course {
		const known = this.#courses.get(number);
		if (known !== undefined) return known;
		const random = randomFrom(Math.imul(this.#plan.seed + 1, 0x9e3779b1) ^ number);
		const seed = Math.floor(random() * 2 ** 32);
		const durationMs = number < COURSES ? pick(DURATIONS_MS, random) : ACTIVE_DURATION_MS;
		const level = generateLevel(seed, durationMs);
		const moves = planGame(level, durationMs, Math.floor(random() * 2 ** 31));
		const course = { seed, durationMs, level, moves: moves.map(normal) };
		this.#courses.set(number, course);
		return course;
	}
}

const normal = ({ atMs, move }: TimedMove): PlayedMove => ({
	atMs,
	body: normaliseMove({ ...move, id: "-" }).body,
});

/** As the server decides it: each move by the rules, recorded when it came in. */
function play(record: SessionRecord, moves: readonly PlayedMove[], random: Random): SyntheticGame {
	const idPrefix = Math.floor(random() * 2 ** 40).toString(36);
	let recordedAtMs = record.startedAtMs;
	const entries = moves.map(({ atMs, body }, at): NewEntry => {
		recordedAtMs = Math.max(recordedAtMs, record.startedAtMs + atMs + latencyMs(random));
		const moveId = `${idPrefix}-${(at + 1).toString(36)}`;
		return decide(record, { moveId, playMs: atMs, recordedAtMs }, body);
	});
	return { record, entries };
}

function decide(
	record: SessionRecord,
	from: Pick<NewEntry, "moveId" | "playMs" | "recordedAtMs">,
	body: MoveBody,
): NewEntry {
	const outcome = applyMove(record.state, body);
	const refusal = outcome.applied ? null : outcome.code;
	if (body.type !== "end") return { ...from, body, refusal };
	if (outcome.applied) record.endedAtMs = from.recordedAtMs;
	return { ...from, body: { ...body, stale: false }, refusal };
}

const latencyMs = (random: Random): number =>
	LATENCY_MS.min + Math.round(random() * (LATENCY_MS.max - LATENCY_MS.min));

const pick = <T>(list: readonly T[], random: Random): T =>
	list[Math.floor(random() * list.length)] as T;
