import type { RefusalCode } from "./errors.js";
import { ARTIFACTS_PER_SESSION_MAX } from "./limits.js";
import type { MoveBody, MoveOutcome } from "./moves.js";
import type { Artifact, SessionState } from "./session-state.js";
import { addToLanes, removeFromLanes } from "./state-hash.js";

/**
 * What a move does to a session. Every function here takes the same time however long the session
 * is, and changes nothing unless the move is applied: counters and hash are moved along with the
 * artifact they describe, so they cannot drift from it.
 */

type Spawn = Extract<MoveBody, { type: "spawn" }>;
type StatusChange = Extract<MoveBody, { type: "artifact-status" }>;
type End = Extract<MoveBody, { type: "end" }>;

const APPLIED: MoveOutcome = { applied: true };

/**
 * An active session without artifacts.
 *
 * `seed` is an unsigned 32-bit integer, `durationMs` a whole number of milliseconds.
 */
export function newSession(seed: number, durationMs: number): SessionState {
	return {
		seed,
		durationMs,
		artifacts: new Map(),
		result: null,
		groundCount: 0,
		depositedCount: 0,
		hashLanes: [0, 0],
	};
}

/**
 * Decides a move in normal form and, when the rules allow it, applies it to `state`.
 *
 * A refused move leaves `state` as it was. `TOO_MANY_MOVES` is not decided here: only the log knows
 * how many moves there were.
 */
export function applyMove(state: SessionState, body: MoveBody): MoveOutcome {
	if (state.result !== null) return refused("SESSION_ENDED");
	switch (body.type) {
		case "spawn":
			return spawn(state, body);
		case "artifact-status":
			return changeStatus(state, body);
		case "deposit":
			return deposit(state, body.artifactId);
		case "end":
			return end(state, body);
	}
}

/** Artifacts not deposited, wherever they are: what still stands between the player and a win. */
export function remainingArtifacts(state: SessionState): number {
	return state.artifacts.size - state.depositedCount;
}

/** Artifacts lying on the ground now. Fewer is better. */
export function scoreOf(state: SessionState): number {
	return state.groundCount;
}

function refused(code: RefusalCode): MoveOutcome {
	return { applied: false, code };
}

function spawn(state: SessionState, body: Spawn): MoveOutcome {
	if (state.artifacts.has(body.artifactId)) return refused("ARTIFACT_EXISTS");
	if (state.artifacts.size >= ARTIFACTS_PER_SESSION_MAX) return refused("TOO_MANY_ARTIFACTS");
	const artifact: Artifact = {
		id: body.artifactId,
		index: state.artifacts.size,
		xFixed: body.xFixed,
		yFixed: body.yFixed,
		status: "inAir",
	};
	state.artifacts.set(artifact.id, artifact);
	addToLanes(state.hashLanes, artifact);
	return APPLIED;
}

function changeStatus(state: SessionState, body: StatusChange): MoveOutcome {
	const artifact = state.artifacts.get(body.artifactId);
	if (artifact === undefined) return refused("ARTIFACT_NOT_AVAILABLE");
	if (artifact.status === "deposited") return refused("ARTIFACT_DEPOSITED");
	change(state, artifact, body);
	return APPLIED;
}

function deposit(state: SessionState, artifactId: string): MoveOutcome {
	const artifact = state.artifacts.get(artifactId);
	if (artifact === undefined || artifact.status === "deposited") {
		return refused("ARTIFACT_NOT_AVAILABLE");
	}
	change(state, artifact, { status: "deposited", position: null });
	return APPLIED;
}

function end(state: SessionState, body: End): MoveOutcome {
	if (body.claim === null) {
		state.result = "abandoned";
	} else {
		const cleared = state.depositedCount > 0 && remainingArtifacts(state) === 0;
		state.result = body.claim === "won" && cleared ? "won" : "lost";
	}
	return APPLIED;
}

/**
 * The one place where a living artifact changes: what it counted for before goes, what it is now
 * comes.
 */
function change(
	state: SessionState,
	artifact: Artifact,
	to: Pick<StatusChange, "status" | "position">,
): void {
	removeFromLanes(state.hashLanes, artifact);
	if (artifact.status === "ground") state.groundCount -= 1;
	artifact.status = to.status;
	if (to.position !== null) {
		artifact.xFixed = to.position.xFixed;
		artifact.yFixed = to.position.yFixed;
	}
	if (artifact.status === "ground") state.groundCount += 1;
	if (artifact.status === "deposited") state.depositedCount += 1;
	addToLanes(state.hashLanes, artifact);
}
