import type { MoveBody } from "./moves.js";
import type { ArtifactView, Move } from "./schemas.js";
import {
	ARTIFACT_STATUSES,
	type Artifact,
	type ArtifactStatus,
	FIXED_POINT,
} from "./session-state.js";

/**
 * From the wire to the normal form and back, once, at the edge. Everything here expects what
 * `schemas.ts` has let through; a value that it would have refused is a bug of the caller.
 */

/** A move of a batch, in normal form. */
export interface NormalMove {
	readonly id: string;
	/**
	 * Play time at which the player made it, whole milliseconds; null when the client did not say.
	 */
	readonly atMs: number | null;
	readonly body: MoveBody;
}

export interface FixedPoint {
	readonly xFixed: number;
	readonly yFixed: number;
}
interface PixelPoint {
	readonly x: number;
	readonly y: number;
}
export interface StatusFields {
	readonly artifactId: string;
	readonly status: string;
	readonly position?: PixelPoint;
}
export interface EndFields {
	readonly result?: string | null;
}
type BodyOf<T extends MoveBody["type"]> = Extract<MoveBody, { type: T }>;

/**
 * Pixels to whole thousandths of a pixel. Never -0, which some encodings would lose and others
 * keep.
 */
export function toFixed(px: number): number {
	return Math.round(px * FIXED_POINT) + 0;
}

/** Thousandths of a pixel back to pixels; `toFixed` of the result is the same integer again. */
export function fromFixed(fixed: number): number {
	return fixed / FIXED_POINT;
}

/**
 * The normal form of a checked move: letter case folded, position in fixed point, `atMs` rounded.
 */
export function normaliseMove(move: Move): NormalMove {
	const atMs = move.atMs === undefined ? null : Math.round(move.atMs) + 0;
	return { id: move.id, atMs, body: bodyOf(move) };
}

function bodyOf(move: Move): MoveBody {
	switch (move.type) {
		case "spawn":
			return { type: "spawn", artifactId: move.artifactId, ...spawnPoint(move) };
		case "artifact-status":
			return statusBody(move);
		case "deposit":
			return depositBody(move);
		case "end":
			return endBody(move);
	}
}

/** The fixed point of a spawn. A single call names no artifact; the server adds the id. */
export function spawnPoint(point: PixelPoint): FixedPoint {
	return { xFixed: toFixed(point.x), yFixed: toFixed(point.y) };
}

export function statusBody(fields: StatusFields): BodyOf<"artifact-status"> {
	return {
		type: "artifact-status",
		artifactId: fields.artifactId,
		status: foldStatus(fields.status),
		position: fields.position === undefined ? null : spawnPoint(fields.position),
	};
}

export function depositBody(fields: { readonly artifactId: string }): BodyOf<"deposit"> {
	return { type: "deposit", artifactId: fields.artifactId };
}

/** `null`, a missing and a null result all mean that nobody claims one. */
export function endBody(fields: EndFields | null): BodyOf<"end"> {
	const result = fields?.result ?? null;
	return { type: "end", claim: result === null ? null : foldClaim(result) };
}

/** An artifact as answers show it, in pixels. */
export function artifactView(artifact: Artifact): ArtifactView {
	return {
		id: artifact.id,
		position: { x: fromFixed(artifact.xFixed), y: fromFixed(artifact.yFixed) },
		status: artifact.status,
	};
}

const STATUS_BY_FOLDED: ReadonlyMap<string, ArtifactStatus> = new Map(
	ARTIFACT_STATUSES.map((status) => [status.toLowerCase(), status]),
);

function foldStatus(status: string): ArtifactStatus {
	const folded = STATUS_BY_FOLDED.get(status.toLowerCase());
	if (folded === undefined) throw new RangeError("Not an artifact status.");
	return folded;
}

function foldClaim(result: string): "won" | "lost" {
	const folded = result.toLowerCase();
	if (folded !== "won" && folded !== "lost") throw new RangeError("Not a result to claim.");
	return folded;
}
