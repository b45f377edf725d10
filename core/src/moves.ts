import type { RefusalCode } from "./errors.js";
import type { ArtifactStatus, SessionResult } from "./session-state.js";

/**
 * A move in normal form: what the rules decide and the log stores. The wire form (`schemas.ts`) is
 * normalised once, at the edge: letter case folded, positions in fixed point.
 */
export type MoveBody =
	| {
			readonly type: "spawn";
			readonly artifactId: string;
			readonly xFixed: number;
			readonly yFixed: number;
	  }
	| {
			readonly type: "artifact-status";
			readonly artifactId: string;
			readonly status: ArtifactStatus;
			/** Where it lies now, when the player moved it; null leaves the position as it was. */
			readonly position: { readonly xFixed: number; readonly yFixed: number } | null;
	  }
	| { readonly type: "deposit"; readonly artifactId: string }
	/** `null`: nobody said a result, so the session counts as abandoned. */
	| { readonly type: "end"; readonly claim: Exclude<SessionResult, "abandoned"> | null };

export const MOVE_TYPES = ["spawn", "artifact-status", "deposit", "end"] as const;
export type MoveType = (typeof MOVE_TYPES)[number];

/** What an operator does to a session is an entry of its log, too; no player can send one. */
export const OPERATOR_TYPES = ["restored", "reopened"] as const;
export type LoggedType = MoveType | (typeof OPERATOR_TYPES)[number];

export type MoveOutcome =
	| { readonly applied: true }
	| { readonly applied: false; readonly code: RefusalCode };
