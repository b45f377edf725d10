import { endianness } from "node:os";
import type { WalSalts } from "./sqlite-instance.js";

/**
 * The parts of SQLite's write-ahead log, as its file format document lays them out. Pure: bytes
 * in.
 */

export const WAL_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;

const MAGIC_LITTLE_ENDIAN = 0x377f_0682;
const MAGIC_BIG_ENDIAN = 0x377f_0683;
const WAL_VERSION = 3_007_000;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
const MACHINE_IS_LITTLE_ENDIAN = endianness() === "LE";

export const isPageSize = (bytes: number): boolean =>
	bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && (bytes & (bytes - 1)) === 0;

/** The running checksum: two 32-bit sums that each frame continues. */
export type Checksum = readonly [number, number];

export interface WalHeader {
	readonly pageSize: number;
	readonly salts: WalSalts;
	/** The order in which words are summed; it is the writing machine's. */
	readonly bigEndian: boolean;
	readonly checksum: Checksum;
}

export type WalHeaderReading = { readonly header: WalHeader } | { readonly reason: string };

/**
 * Bytes as the 32-bit words that are summed. `bytes` starts at a multiple of 8 of its memory and
 * has a multiple of 8 bytes; where the order is this machine's own, nothing is copied.
 */
export function toWords(bytes: Uint8Array, bigEndian: boolean): Uint32Array {
	if (bigEndian !== MACHINE_IS_LITTLE_ENDIAN)
		return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
	const copy = Buffer.from(new Uint8Array(bytes).buffer).swap32();
	return new Uint32Array(copy.buffer, copy.byteOffset, copy.length / 4);
}

/**
 * Continues `seed` over words `from` (included) to `to` (not included); always an even number of
 * them.
 */
export function sumWords(words: Uint32Array, from: number, to: number, seed: Checksum): Checksum {
	let first = seed[0] | 0;
	let second = seed[1] | 0;
	for (let at = from; at < to; at += 2) {
		first = (first + (words[at] ?? 0) + second) | 0;
		second = (second + (words[at + 1] ?? 0) + first) | 0;
	}
	return [first >>> 0, second >>> 0];
}

export const sameSums = (a: Checksum, b: Checksum): boolean => a[0] === b[0] && a[1] === b[1];

/** `bytes`: the first 32 of the file. */
export function parseWalHeader(bytes: Uint8Array): WalHeaderReading {
	const view = new DataView(bytes.buffer, bytes.byteOffset, WAL_HEADER_BYTES);
	const magic = view.getUint32(0);
	if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN)
		return { reason: "its header does not start as a write-ahead log does" };
	if (view.getUint32(4) !== WAL_VERSION)
		return { reason: "its header names an unknown format version" };
	const pageSize = view.getUint32(8);
	if (!isPageSize(pageSize)) return { reason: "its header names an impossible page size" };
	const bigEndian = magic === MAGIC_BIG_ENDIAN;
	const words = toWords(new Uint8Array(bytes.subarray(0, WAL_HEADER_BYTES)), bigEndian);
	const checksum = sumWords(words, 0, 6, [0, 0]);
	if (!sameSums(checksum, [view.getUint32(24), view.getUint32(28)]))
		return { reason: "the checksum of its header fails" };
	const salts: WalSalts = [view.getUint32(16), view.getUint32(20)];
	return { header: { pageSize, salts, bigEndian, checksum } };
}

export interface WalFrame {
	readonly page: number;
	/** Pages of the database after this commit; 0 in a frame that does not end a transaction. */
	readonly databasePages: number;
	readonly salts: WalSalts;
	/** The checksum as the frame states it. */
	readonly stated: Checksum;
}

/** `view`: over memory that holds the frame's header at `offset`. */
export function parseFrame(view: DataView, offset: number): WalFrame {
	return {
		page: view.getUint32(offset),
		databasePages: view.getUint32(offset + 4),
		salts: [view.getUint32(offset + 8), view.getUint32(offset + 12)],
		stated: [view.getUint32(offset + 16), view.getUint32(offset + 20)],
	};
}

/** The checksum that a frame at `offset` must state, after a frame that stated `seed`. */
export function sumFrame(
	words: Uint32Array,
	offset: number,
	pageSize: number,
	seed: Checksum,
): Checksum {
	const start = offset / 4;
	const data = start + FRAME_HEADER_BYTES / 4;
	// The page number and the commit size are summed, salts and checksum are not.
	return sumWords(words, data, data + pageSize / 4, sumWords(words, start, start + 2, seed));
}
