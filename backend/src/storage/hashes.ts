import { hash } from "node:crypto";
import type { SqlRow, SqlValue } from "./driver.js";

/**
 * Hashes of rows: 96 bits of SHA-256. They find damage and order; they are no defence against a
 * forger.
 */

const HASH_LENGTH = 16;

const digest = (text: string): string => hash("sha256", text, "base64url").slice(0, HASH_LENGTH);

/** Over every column of a row but the checksum itself. */
export const rowChecksum = (values: readonly SqlValue[]): string => digest(JSON.stringify(values));

export interface ChainLink {
	readonly seq: number;
	readonly moveId: string | null;
	readonly moveType: number;
	readonly playMs: number | null;
	readonly recordedAtMs: number;
	readonly refusal: string | null;
	readonly payload: string;
}

/** What the chain covers of an entry: a row of `session_log`. */
export const chainLinkOf = (entry: SqlRow): ChainLink => ({
	seq: Number(entry["seq"]),
	moveId: entry["move_id"] as string | null,
	moveType: Number(entry["move_type"]),
	playMs: entry["play_ms"] as number | null,
	recordedAtMs: Number(entry["recorded_at"]),
	refusal: entry["refusal"] as string | null,
	payload: String(entry["payload"]),
});

/**
 * Each entry's hash covers the one before it: a log with a hole, a swap or a changed byte does not
 * verify.
 */
export const chainHash = (previous: string, link: ChainLink): string =>
	digest(
		`${previous}\n${link.seq}\n${link.moveId ?? ""}\n${link.moveType}\n${link.playMs ?? ""}\n${
			link.recordedAtMs
		}\n${link.refusal ?? ""}\n${link.payload}`,
	);

/** Where a session's chain begins: its fixed fields. */
export const genesisHash = (fields: readonly SqlValue[]): string =>
	digest(`genesis\n${JSON.stringify(fields)}`);
