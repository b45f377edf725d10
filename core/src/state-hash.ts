import type { Artifact, ArtifactStatus, SessionResult, SessionState } from "./session-state.js";

/**
 * A session's state as 64 bits, so that two sides can tell in one comparison that they disagree.
 *
 * It detects disagreement (a lost move, a missed position, a damaged row), not forgery: it has no
 * key, and whoever wants two states with the same hash can construct them. Evidence against
 * tampering is the log's chain of SHA-256 hashes, not this.
 *
 * Only 32-bit integer arithmetic (`Math.imul`, shifts) is used, so every JavaScript engine gets the
 * same bits. Each artifact contributes one number to each of two lanes; a lane is the sum of the
 * contributions modulo 2^32. A sum does not mind the order, so the rules can take an artifact's old
 * contribution out and put its new one in without looking at the others.
 *
 * Mixing steps and constants are those of MurmurHash3 by Austin Appleby (public domain): lane 0 is
 * x86_32 with its `fmix32`, lane 1 the same with multipliers of x86_128.
 *
 * Changing anything here, or the order of the two code tables, changes every stored hash.
 */

const STATUS_CODES: Readonly<Record<ArtifactStatus, number>> = {
	ground: 1,
	inAir: 2,
	flying: 3,
	carried: 4,
	deposited: 5,
};
const RESULT_CODES: Readonly<Record<SessionResult, number>> = { won: 1, lost: 2, abandoned: 3 };
const ACTIVE_CODE = 0;

/** First and second multiplier and starting value of a lane. */
interface LaneConstants {
	readonly first: number;
	readonly second: number;
	readonly start: number;
}
const LANE_0: LaneConstants = { first: 0xcc9e2d51, second: 0x1b873593, start: 0x53415645 };
const LANE_1: LaneConstants = { first: 0xab0e9789, second: 0x38b34ae5, start: 0x504f494e };

type Lanes = [number, number];

/**
 * 16 lower-case hexadecimal characters over seed, duration, result, number of artifacts and each
 * artifact's id, index, position and status. Takes the same time for any number of artifacts.
 */
export function stateHash(state: SessionState): string {
	return formatStateHash(closeLane(state, LANE_0), closeLane(state, LANE_1));
}

/**
 * The two halves of `stateHash` as signed 32-bit integers: a fifth of the memory of the text, for
 * whoever keeps one for each move. `formatStateHash` makes the text of them.
 */
export function stateHashHalves(state: SessionState): [high: number, low: number] {
	return [closeLane(state, LANE_0), closeLane(state, LANE_1)];
}

export function formatStateHash(high: number, low: number): string {
	return hexOf(high) + hexOf(low);
}

/** The lanes as they must be, counted from nothing: what `state.hashLanes` is checked against. */
export function recomputeHashLanes(state: SessionState): Lanes {
	const lanes: Lanes = [0, 0];
	for (const artifact of state.artifacts.values()) addToLanes(lanes, artifact);
	return lanes;
}

/** Adds the contribution of `artifact` as it is now. For the rules. */
export function addToLanes(lanes: Lanes, artifact: Artifact): void {
	lanes[0] = (lanes[0] + contribution(artifact, LANE_0)) >>> 0;
	lanes[1] = (lanes[1] + contribution(artifact, LANE_1)) >>> 0;
}

/** Takes out what `addToLanes` added for the same values. For the rules. */
export function removeFromLanes(lanes: Lanes, artifact: Artifact): void {
	lanes[0] = (lanes[0] - contribution(artifact, LANE_0)) >>> 0;
	lanes[1] = (lanes[1] - contribution(artifact, LANE_1)) >>> 0;
}

function contribution(artifact: Artifact, lane: LaneConstants): number {
	const { id } = artifact;
	let hash = lane.start;
	for (let at = 0; at < id.length; at += 1) hash = mix(hash, id.charCodeAt(at), lane);
	hash = mix(hash, id.length, lane);
	hash = mix(hash, artifact.index, lane);
	hash = mix(hash, artifact.xFixed, lane);
	hash = mix(hash, artifact.yFixed, lane);
	hash = mix(hash, STATUS_CODES[artifact.status], lane);
	return finalise(hash);
}

/**
 * The session's own numbers first, then both lanes: each half of the hash depends on everything.
 */
function closeLane(state: SessionState, lane: LaneConstants): number {
	let hash = mix(lane.start, state.seed, lane);
	hash = mix(hash, state.durationMs, lane);
	hash = mix(hash, state.result === null ? ACTIVE_CODE : RESULT_CODES[state.result], lane);
	hash = mix(hash, state.artifacts.size, lane);
	hash = mix(hash, state.hashLanes[0], lane);
	hash = mix(hash, state.hashLanes[1], lane);
	return finalise(hash) | 0;
}

function hexOf(half: number): string {
	return (half >>> 0).toString(16).padStart(8, "0");
}

function mix(hash: number, word: number, lane: LaneConstants): number {
	const scrambled = Math.imul(rotateLeft(Math.imul(word, lane.first), 15), lane.second);
	return (Math.imul(rotateLeft(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function rotateLeft(word: number, bits: number): number {
	return (word << bits) | (word >>> (32 - bits));
}

/** `fmix32`: a flipped input bit flips about half of the result's bits. */
function finalise(hash: number): number {
	let mixed = hash;
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}
