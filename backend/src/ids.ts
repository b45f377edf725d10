import { hash, randomBytes } from "node:crypto";

/** Crockford's base 32 in lower case: sorts as its bits do, and has no letters that look alike. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 26;
const ID_PATTERN = /^[0-9a-hjkmnp-tv-z]{36}$/;

const encodeTime = (timeMs: number): string => {
	let text = "";
	let rest = timeMs;
	for (let at = 0; at < TIME_LENGTH; at += 1) {
		text = (ALPHABET[rest % 32] as string) + text;
		rest = Math.floor(rest / 32);
	}
	return text;
};

const encodeBits = (bytes: Uint8Array): string => {
	let text = "";
	let held = 0;
	let bits = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		bits += 8;
		while (bits >= 5 && text.length < RANDOM_LENGTH) {
			bits -= 5;
			text += ALPHABET[(held >>> bits) & 31] as string;
		}
		held &= (1 << bits) - 1;
	}
	return text;
};

/** 48 bits of time, then 130 random bits: unguessable, and ids made later sort later. */
export const newId = (timeMs: number): string => encodeTime(timeMs) + encodeBits(randomBytes(17));

export const looksLikeId = (text: string): boolean => ID_PATTERN.test(text);

/**
 * What a session is called in public once it has ended: its key, which finds it, and a hash of its
 * id, which nobody can guess. It leads to nothing that may be played, and not back to that id.
 */
export const replayIdFor = (sessionId: string, sessionKey: number): string =>
	encodeBits(hash("sha256", `${sessionId}/replay`, "buffer").subarray(0, 17)) +
	sessionKey.toString(32);

/** The key that a replay's id names, or null. Whether the rest is right, only the session tells. */
export function sessionKeyOfReplay(replayId: string): number | null {
	const digits = replayId.slice(RANDOM_LENGTH);
	return /^[1-9a-v][0-9a-v]{0,9}$/.test(digits) ? Number.parseInt(digits, 32) : null;
}

/**
 * The id of an artifact that a caller spawned without naming it. It follows from the session's id,
 * a secret of its players, and the log entry, so that a replay of the log names it the same without
 * storing it.
 */
export const artifactIdFor = (sessionId: string, seq: number, recordedAtMs: number): string =>
	encodeTime(recordedAtMs) +
	encodeBits(hash("sha256", `${sessionId}/artifact/${seq}`, "buffer").subarray(0, 17));
