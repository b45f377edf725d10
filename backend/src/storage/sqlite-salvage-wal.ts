import { closeSync, fstatSync, openSync } from "node:fs";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { WalSalts } from "./sqlite-instance.js";
import { readFully } from "./sqlite-wal.js";
import {
	type Checksum,
	FRAME_HEADER_BYTES,
	parseFrame,
	parseWalHeader,
	sameSums,
	sumFrame,
	toWords,
	WAL_HEADER_BYTES,
} from "./sqlite-wal-format.js";

/** A page as the -wal holds it. */
export interface SalvagedFrame {
	readonly page: number;
	/** Where its bytes begin in the file. */
	readonly at: number;
	readonly databasePages: number;
}

/** What a -wal still holds, also one that SQLite would not apply. */
export interface SalvagedWal {
	/** null: nothing tells. */
	readonly salts: WalSalts | null;
	/** In the order in which they were written, up to the last commit; each matches its checksum. */
	readonly committed: readonly SalvagedFrame[];
	/** Of earlier rounds of the same file. */
	readonly older: readonly SalvagedFrame[];
	/** Frames before the last commit that do not match: what they held is lost. */
	readonly lostFrames: number;
	/** Pages of the database after the last commit; 0 where there is none. */
	readonly databasePages: number;
}

const NOTHING: SalvagedWal = {
	salts: null,
	committed: [],
	older: [],
	lostFrames: 0,
	databasePages: 0,
};

interface Frame extends SalvagedFrame {
	readonly salts: WalSalts;
	readonly isSound: boolean;
}

/**
 * Each frame continues the checksum that the one before states. So the frames after a damaged one,
 * and those below a damaged header, can still be told from garbage. Opens for reading only.
 */
export function salvageWal(path: string, pageSize: number): SalvagedWal {
	try {
		const descriptor = openSync(path, "r");
		try {
			return sortFrames(readFrames(descriptor, pageSize));
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return NOTHING;
		throw translateFileError(error, path);
	}
}

function readFrames(descriptor: number, pageSize: number): Frame[] {
	const start = new Uint8Array(WAL_HEADER_BYTES);
	if (readFully(descriptor, start, 0) < WAL_HEADER_BYTES) return [];
	const reading = parseWalHeader(start);
	const bigEndian = "header" in reading && reading.header.bigEndian;
	const stated = new DataView(start.buffer);
	let seed: Checksum = [stated.getUint32(24), stated.getUint32(28)];
	const frameBytes = FRAME_HEADER_BYTES + pageSize;
	const end = fstatSync(descriptor).size - frameBytes;
	const frames: Frame[] = [];
	for (let at = WAL_HEADER_BYTES; at <= end; at += frameBytes) {
		const bytes = new Uint8Array(frameBytes);
		if (readFully(descriptor, bytes, at) < frameBytes) break;
		const frame = parseFrame(new DataView(bytes.buffer), 0);
		const sum = sumFrame(toWords(bytes, bigEndian), 0, pageSize, seed);
		frames.push({
			page: frame.page,
			at: at + FRAME_HEADER_BYTES,
			databasePages: frame.databasePages,
			salts: frame.salts,
			isSound: frame.page > 0 && sameSums(sum, frame.stated),
		});
		seed = frame.stated;
	}
	return frames;
}

function sortFrames(frames: readonly Frame[]): SalvagedWal {
	// 1. The round that counts has the salts of the first sound frame: each round begins at the
	// front.
	const salts = frames.find(({ isSound }) => isSound)?.salts ?? null;
	if (salts === null) return { ...NOTHING, lostFrames: frames.length };
	const isOfRound = (frame: Frame): boolean => sameSums(frame.salts, salts);
	// 2. It ends with its last commit.
	const last = frames.findLastIndex(
		(frame) => frame.isSound && frame.databasePages > 0 && isOfRound(frame),
	);
	const round = frames.slice(0, last + 1);
	const committed = round.filter((frame) => frame.isSound && isOfRound(frame));
	return {
		salts,
		committed,
		older: frames.slice(last + 1).filter((frame) => frame.isSound && !isOfRound(frame)),
		lostFrames: round.length - committed.length,
		databasePages: frames[last]?.databasePages ?? 0,
	};
}
