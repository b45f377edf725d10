import { type Static, Type } from "typebox";
import { ARTIFACTS_PER_SESSION_MAX } from "./limits.js";
import { PLAYER_TAG_RULE } from "./player-tag.js";
import { literals, Time } from "./schema-words.js";
import { ClientId, EndMove, Point, TerrainTile, TrashCan } from "./schemas.js";
import { SESSION_RESULTS } from "./session-state.js";

/** What strangers may read: high scores and replays. Nothing here ever holds a session's id. */

export const SCORE_RESULTS = ["won", "lost"] as const;
export type ScoreResult = (typeof SCORE_RESULTS)[number];

/**
 * Two forms in one: with `sessionId` the result comes from the stored session; without it, as older
 * clients send it, `result` and `remainingUnchecked` are what the player says.
 */
export const HighScoreBody = Type.Object({
	/** Checked by `normalisePlayerTag`. */
	playerTag: Type.String({ description: PLAYER_TAG_RULE }),
	sessionId: Type.Optional(Type.Union([Type.Null(), ClientId])),
	result: EndMove.properties.result,
	remainingUnchecked: Type.Optional(
		Type.Union([Type.Null(), Type.Integer({ minimum: 0, maximum: ARTIFACTS_PER_SESSION_MAX })]),
	),
});
export type HighScoreBody = Static<typeof HighScoreBody>;

export const HighScore = Type.Object({
	id: Type.String(),
	createdAt: Time,
	playerTag: Type.String(),
	result: literals(SCORE_RESULTS),
	/** Artifacts that were not deposited. */
	remainingUnchecked: Type.Integer(),
	/** false: the player's word, without a stored session. The fields below are null then. */
	verified: Type.Boolean(),
	durationSeconds: Type.Union([Type.Number(), Type.Null()]),
	/**
	 * How long an artifact waited for its deposit, on average; what was left waited until the end.
	 */
	averageWaitMs: Type.Union([Type.Integer(), Type.Null()]),
	replayId: Type.Union([Type.String(), Type.Null()]),
});
export type HighScore = Static<typeof HighScore>;

export const HighScoreAnswer = Type.Object({ score: HighScore });
export type HighScoreAnswer = Static<typeof HighScoreAnswer>;
export const HighScores = Type.Object({
	scores: Type.Array(HighScore, { description: "Best first." }),
});
export type HighScores = Static<typeof HighScores>;

export const ReplayMove = Type.Object(
	{
		seq: Type.Integer(),
		type: Type.String(),
		/** Play time; never less than that of the move before it. */
		atMs: Type.Integer(),
		artifactId: Type.Optional(Type.String()),
		x: Type.Optional(Type.Number()),
		y: Type.Optional(Type.Number()),
		status: Type.Optional(Type.String()),
		position: Type.Optional(Point),
		result: Type.Optional(Type.Union([Type.String(), Type.Null()])),
	},
	{ description: "One move that was applied. What was refused is left out, so `seq` has gaps." },
);
export type ReplayMove = Static<typeof ReplayMove>;

export const Replay = Type.Object({
	id: Type.String(),
	seed: Type.Integer(),
	durationSeconds: Type.Number(),
	playerSpeedPercent: Type.Number(),
	terrain: Type.Array(TerrainTile),
	trashCan: TrashCan,
	startedAt: Time,
	endedAt: Time,
	result: literals(SESSION_RESULTS),
	score: Type.Integer(),
	remainingArtifacts: Type.Integer(),
	/**
	 * Of the state that the moves lead to, played in order on a new session of this seed and
	 * duration.
	 */
	stateHash: Type.String(),
	moves: Type.Array(ReplayMove),
});
export type Replay = Static<typeof Replay>;
