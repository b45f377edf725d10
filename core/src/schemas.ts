import { type Static, Type } from "typebox";
import { ERROR_CODES } from "./errors.js";
import {
	DURATION_SECONDS_MAX,
	DURATION_SECONDS_MIN,
	ID_LENGTH_MAX,
	LEVEL_HEIGHT,
	LEVEL_WIDTH,
	MOVES_PER_BATCH_MAX,
	PLAY_TIME_MS_MAX,
	SPAWN_MARGIN,
} from "./limits.js";
import { literals } from "./schema-words.js";
import { ARTIFACT_STATUSES, SESSION_RESULTS } from "./session-state.js";

/**
 * One definition for validation, types and OpenAPI. Shapes are checked as sent: nothing is coerced.
 */

/** Visible ASCII only: safe in a header, a log line and a hash input. */
export const ClientId = Type.String({
	minLength: 1,
	maxLength: ID_LENGTH_MAX,
	pattern: "^[\\x21-\\x7e]+$",
});

/**
 * Kept from the user's service: statuses and results are read in any letter case. A pattern of its
 * own, because JSON Schema has no flag for it. `normalise.ts` folds the case.
 */
const anyCase = (words: readonly string[]) =>
	Type.String({
		pattern: `^(?:${words.map(ignoringCase).join("|")})$`,
		description: `One of ${words.join(", ")}, in any letter case.`,
	});
const ignoringCase = (word: string) =>
	Array.from(word, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`).join("");

const coordinate = (size: number) =>
	Type.Number({ minimum: -SPAWN_MARGIN, maximum: size + SPAWN_MARGIN });
const X = coordinate(LEVEL_WIDTH);
const Y = coordinate(LEVEL_HEIGHT);

export const Point = Type.Object({ x: Type.Number(), y: Type.Number() });
export const Bounds = Type.Object({
	x: Type.Number(),
	y: Type.Number(),
	width: Type.Number(),
	height: Type.Number(),
});

// Bodies of the single calls; `moves` carries the same fields.
/** Kept: missing, null and 0 all mean the default of 60 seconds. */
export const CreateBody = Type.Union([
	Type.Null(),
	Type.Object({
		requestedDurationSeconds: Type.Optional(
			Type.Union([
				Type.Null(),
				Type.Literal(0),
				Type.Number({ minimum: DURATION_SECONDS_MIN, maximum: DURATION_SECONDS_MAX }),
			]),
		),
	}),
]);
const spawnFields = { x: X, y: Y };
const statusFields = {
	artifactId: ClientId,
	status: anyCase(ARTIFACT_STATUSES),
	position: Type.Optional(Type.Object({ x: X, y: Y })),
};
const depositFields = { artifactId: ClientId };
const endFields = {
	result: Type.Optional(Type.Union([Type.Null(), anyCase(["won", "lost"])])),
};
export const SpawnBody = Type.Object(spawnFields);
export const ArtifactStatusBody = Type.Object(statusFields);
export const DepositBody = Type.Object(depositFields);
export const EndBody = Type.Union([Type.Null(), Type.Object(endFields)]);

// Moves and receipts.
const moveFields = {
	id: ClientId,
	atMs: Type.Optional(Type.Number({ minimum: 0, maximum: PLAY_TIME_MS_MAX })),
};
export const SpawnMove = Type.Object({
	...moveFields,
	type: Type.Literal("spawn"),
	artifactId: ClientId,
	...spawnFields,
});
export const ArtifactStatusMove = Type.Object({
	...moveFields,
	type: Type.Literal("artifact-status"),
	...statusFields,
});
export const DepositMove = Type.Object({
	...moveFields,
	type: Type.Literal("deposit"),
	...depositFields,
});
export const EndMove = Type.Object({ ...moveFields, type: Type.Literal("end"), ...endFields });
export const Move = Type.Union([SpawnMove, ArtifactStatusMove, DepositMove, EndMove]);
export type Move = Static<typeof Move>;

export const MovesBody = Type.Object({
	moves: Type.Array(Move, { minItems: 1, maxItems: MOVES_PER_BATCH_MAX }),
});

export const Receipt = Type.Object({
	id: Type.String(),
	applied: literals(["now", "before", "refused"]),
	/**
	 * Place in the session's log; of the first time for `before`. 0: refused after the end, not
	 * logged.
	 */
	seq: Type.Integer(),
	code: Type.Optional(literals(ERROR_CODES)),
});
export type Receipt = Static<typeof Receipt>;

export const MovesAnswer = Type.Object({
	receipts: Type.Array(Receipt),
	seq: Type.Integer(),
	stateHash: Type.String(),
	durable: Type.Literal(true),
});
export type MovesAnswer = Static<typeof MovesAnswer>;

export const ArtifactView = Type.Object({
	id: Type.String(),
	position: Point,
	status: literals(ARTIFACT_STATUSES),
});
export type ArtifactView = Static<typeof ArtifactView>;

export const LoggedMove = Type.Object(
	{
		seq: Type.Integer(),
		/** null: a single call without an Idempotency-Key. */
		id: Type.Union([Type.String(), Type.Null()]),
		type: Type.String(),
		at: Type.String({ format: "date-time" }),
		atMs: Type.Union([Type.Number(), Type.Null()]),
		applied: Type.Boolean(),
		code: Type.Optional(literals(ERROR_CODES)),
		artifactId: Type.Optional(Type.String()),
		x: Type.Optional(Type.Number()),
		y: Type.Optional(Type.Number()),
		status: Type.Optional(Type.String()),
		position: Type.Optional(Point),
		result: Type.Optional(Type.Union([Type.String(), Type.Null()])),
		/**
		 * Of `restored` (an operator put an earlier state back) and `reopened` (and took that back):
		 * the entry whose state holds again, null where it came from another log; and that state.
		 */
		asOf: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
		artifacts: Type.Optional(Type.Array(ArtifactView)),
	},
	{ description: "One entry of a session's log." },
);
export type LoggedMove = Static<typeof LoggedMove>;

export const MovesPage = Type.Object({
	moves: Type.Array(LoggedMove),
	next: Type.Union([Type.Integer(), Type.Null()]),
});
export type MovesPage = Static<typeof MovesPage>;

// Session and answers of the single calls.

export const TerrainTile = Type.Object({
	id: Type.String(),
	type: literals(["ground", "stone"]),
	bounds: Bounds,
});
export type TerrainTile = Static<typeof TerrainTile>;

export const TrashCan = Type.Object({ position: Point, bounds: Bounds });
export type TrashCan = Static<typeof TrashCan>;

export const Session = Type.Object({
	sessionId: Type.String(),
	seed: Type.Integer(),
	durationSeconds: Type.Number(),
	score: Type.Integer(),
	playerSpeedPercent: Type.Number(),
	artifacts: Type.Array(ArtifactView),
	terrain: Type.Array(TerrainTile),
	trashCan: TrashCan,
	status: literals(["active", "ended"]),
	result: Type.Union([literals(SESSION_RESULTS), Type.Null()]),
	seq: Type.Integer(),
	stateHash: Type.String(),
	startedAt: Type.String({ format: "date-time" }),
	endedAt: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
	remainingSeconds: Type.Number(),
	/**
	 * How often the service's storage was restored whole, counted from 1: where it differs from
	 * before, the session may be older than it was.
	 */
	generation: Type.Integer(),
	/** For `GET /api/replays/:replayId`, which is no secret; null while the session is active. */
	replayId: Type.Union([Type.String(), Type.Null()]),
});
export type Session = Static<typeof Session>;

/** What every single call that changed a session adds to its kept answer. */
const savedFields = { seq: Type.Integer(), stateHash: Type.String(), durable: Type.Literal(true) };
export const SpawnAnswer = Type.Object({ artifact: ArtifactView, ...savedFields });
export const StatusAnswer = Type.Object({ ok: Type.Literal(true), ...savedFields });
export const DepositAnswer = Type.Object({
	score: Type.Integer(),
	remainingArtifacts: Type.Integer(),
	...savedFields,
});
export const EndAnswer = Type.Object({
	finalScore: Type.Integer(),
	artifactsDeposited: Type.Integer(),
	result: literals(SESSION_RESULTS),
	...savedFields,
});
export type SpawnAnswer = Static<typeof SpawnAnswer>;
export type StatusAnswer = Static<typeof StatusAnswer>;
export type DepositAnswer = Static<typeof DepositAnswer>;
export type EndAnswer = Static<typeof EndAnswer>;

const NullableTime = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);
export const SessionStats = Type.Object({
	activeCount: Type.Integer(),
	startedCount: Type.Integer(),
	endedCount: Type.Integer(),
	staleEndedCount: Type.Integer(),
	wonCount: Type.Integer(),
	lostCount: Type.Integer(),
	abandonedCount: Type.Integer(),
	latestCompletedAt: NullableTime,
	latestActivityAt: NullableTime,
});
export type SessionStats = Static<typeof SessionStats>;

export const SystemStats = Type.Object({
	startedAt: Type.String({ format: "date-time" }),
	uptimeSeconds: Type.Number(),
	sessionsStarted: Type.Integer(),
	sessionsActive: Type.Integer(),
	sessionsEnded: Type.Integer(),
	sessionsToday: Type.Integer(),
	latestActivityAt: NullableTime,
	serverVersion: Type.String(),
});
export type SystemStats = Static<typeof SystemStats>;

export const ErrorBody = Type.Object({ error: Type.String(), code: literals(ERROR_CODES) });
export type ErrorBody = Static<typeof ErrorBody>;
