import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { WalSalts } from "./sqlite-instance.js";
import {
	type Checksum,
	FRAME_HEADER_BYTES,
	parseFrame,
	parseWalHeader,
	sameSums,
	sumFrame,
	toWords,
	WAL_HEADER_BYTES,
	type WalFrame,
	type WalHeader,
} from "./sqlite-wal-format.js";

/** A -wal that SQLite will apply, and what it will apply of it. */
export interface SoundWal {
	readonly kind: "sound";
	readonly salts: WalSalts;
	readonly pageSize: number;
	/** Frames from the start whose checksums follow from each other. */
	readonly frameCount: number;
	/** Those of them that a commit covers. */
	readonly committedFrameCount: number;
	readonly bytes: number;
	/** Size of the database after the last commit; null where there is none. */
	readonly databasePages: number | null;
	readonly committedPages: ReadonlySet<number>;
	/**
	 * The start of page 1 as last committed, which stands in for the database's own header; else
	 * null.
	 */
	readonly firstPage: Uint8Array | null;
}

export type WalInspection =
	| { readonly kind: "absent" }
	/** Nothing to apply: no bytes, or a header that a power cut kept from being written whole. */
	| { readonly kind: "empty" }
	| { readonly kind: "damaged"; readonly reason: string }
	| SoundWal;

const CHUNK_BYTES_AIM = 1024 * 1024;
export const FIRST_PAGE_BYTES = 108;

/** Fills `into` from `position` on as far as the file goes; returns how much that was. */
export function readFully(descriptor: number, into: Uint8Array, position: number): number {
	let filled = 0;
	while (filled < into.length) {
		const count = readSync(descriptor, into, filled, into.length - filled, position + filled);
		if (count === 0) break;
		filled += count;
	}
	return filled;
}

/** One frame after the other through a bounded buffer; `visit` returns false to stop. */
const eachFrame = (
	descriptor: number,
	header: WalHeader,
	bytes: number,
	visit: (frame: WalFrame, sum: (seed: Checksum) => Checksum, data: Uint8Array) => boolean,
): void => {
	const frameBytes = FRAME_HEADER_BYTES + header.pageSize;
	const total = Math.floor((bytes - WAL_HEADER_BYTES) / frameBytes);
	const perChunk = Math.min(total, Math.max(1, Math.floor(CHUNK_BYTES_AIM / frameBytes)));
	const buffer = new Uint8Array(perChunk * frameBytes);
	const view = new DataView(buffer.buffer);
	for (let done = 0; done < total; ) {
		const wanted = buffer.subarray(0, Math.min(perChunk, total - done) * frameBytes);
		const filled = readFully(descriptor, wanted, WAL_HEADER_BYTES + done * frameBytes);
		const words = toWords(wanted, header.bigEndian);
		const frames = Math.floor(filled / frameBytes);
		if (frames === 0) return;
		for (let index = 0; index < frames; index++) {
			const offset = index * frameBytes;
			const sum = (seed: Checksum): Checksum => sumFrame(words, offset, header.pageSize, seed);
			const data = wanted.subarray(offset + FRAME_HEADER_BYTES, offset + frameBytes);
			if (!visit(parseFrame(view, offset), sum, data)) return;
		}
		done += frames;
	}
};

/** Follows the frames as SQLite's recovery does, and beyond the first bad one looks for its age. */
class FrameWalk {
	readonly #header: WalHeader;
	#checksum: Checksum;
	#pendingPages: number[] = [];
	#pendingFirstPage: Uint8Array | null = null;
	/** The frame before, and what it should have stated, once a bad frame was met. */
	#badBefore: { readonly frame: WalFrame; readonly computed: Checksum | null } | null = null;
	frameCount = 0;
	committedFrameCount = 0;
	databasePages: number | null = null;
	firstPage: Uint8Array | null = null;
	readonly committedPages = new Set<number>();
	/** Number of the bad frame, counted from 1, once a later frame proves that it had been synced. */
	lostFrame: number | null = null;

	constructor(header: WalHeader) {
		this.#header = header;
		this.#checksum = header.checksum;
	}

	visit(frame: WalFrame, sum: (seed: Checksum) => Checksum, data: Uint8Array): boolean {
		if (this.#badBefore !== null) return this.#lookForProof(frame, sum);
		const computed = sum(this.#checksum);
		const valid = this.#hasSalts(frame) && frame.page !== 0 && sameSums(computed, frame.stated);
		if (!valid) {
			this.#badBefore = { frame, computed };
			return true;
		}
		this.#accept(frame, data);
		return true;
	}

	#accept(frame: WalFrame, data: Uint8Array): void {
		this.#checksum = frame.stated;
		this.frameCount++;
		this.#pendingPages.push(frame.page);
		if (frame.page === 1) this.#pendingFirstPage = data.slice(0, FIRST_PAGE_BYTES);
		if (frame.databasePages === 0) return;
		this.committedFrameCount = this.frameCount;
		this.databasePages = frame.databasePages;
		this.firstPage = this.#pendingFirstPage ?? this.firstPage;
		for (const page of this.#pendingPages) this.committedPages.add(page);
		this.#pendingPages = [];
		this.#pendingFirstPage = null;
	}

	/**
	 * A torn tail is normal: it is one transaction whose sync did not return. But SQLite writes the
	 * first frame of a transaction only after the sync of the one before. So a frame that continues
	 * the checksum of a commit frame at or after the bad one proves that the bad one had been synced,
	 * and was acknowledged. Leftovers of a transaction that was never committed cannot look so.
	 */
	#lookForProof(frame: WalFrame, sum: (seed: Checksum) => Checksum): boolean {
		const before = this.#badBefore;
		if (before !== null && before.frame.databasePages !== 0 && this.#hasSalts(frame)) {
			const continues = (seed: Checksum | null): boolean =>
				seed !== null && sameSums(sum(seed), frame.stated);
			if (continues(before.frame.stated) || continues(before.computed)) {
				this.lostFrame = this.frameCount + 1;
				return false;
			}
		}
		this.#badBefore = { frame, computed: null };
		return true;
	}

	#hasSalts(frame: WalFrame): boolean {
		return sameSums(frame.salts, this.#header.salts);
	}
}

const inspectOpenWal = (descriptor: number): WalInspection => {
	const bytes = fstatSync(descriptor).size;
	const start = new Uint8Array(WAL_HEADER_BYTES);
	if (readFully(descriptor, start, 0) < WAL_HEADER_BYTES) return { kind: "empty" };
	const reading = parseWalHeader(start);
	if ("reason" in reading) {
		// The header is synced before the first frame follows it, so alone it may be torn.
		return bytes > WAL_HEADER_BYTES
			? { kind: "damaged", reason: reading.reason }
			: { kind: "empty" };
	}
	const walk = new FrameWalk(reading.header);
	eachFrame(descriptor, reading.header, bytes, (frame, sum, data) => walk.visit(frame, sum, data));
	if (walk.lostFrame !== null)
		return {
			kind: "damaged",
			reason: `its frame ${walk.lostFrame} fails, although later ones show that it had been synced`,
		};
	const { frameCount, committedFrameCount, databasePages, committedPages, firstPage } = walk;
	const { salts, pageSize } = reading.header;
	return {
		kind: "sound",
		salts,
		pageSize,
		frameCount,
		committedFrameCount,
		bytes,
		databasePages,
		committedPages,
		firstPage,
	};
};

/**
 * Reads a -wal before SQLite does, in time and reads proportional to its size. Opens for reading
 * only.
 * @throws STORAGE_PERMISSION, STORAGE_NOT_A_FILE, STORAGE_IO where it cannot be read.
 */
export function inspectWal(path: string): WalInspection {
	try {
		const descriptor = openSync(path, "r");
		try {
			return inspectOpenWal(descriptor);
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return { kind: "absent" };
		throw translateFileError(error, path);
	}
}

/**
 * The salts in the header, or null where there is no valid header. May be called while SQLite has
 * the database open: POSIX drops a process's locks when it closes any descriptor of the *locked*
 * file, and SQLite locks the database file and the -shm, never the -wal (its unix layer calls fcntl
 * on those two only). The header is one small write, so another process sees it whole.
 * @throws STORAGE_PERMISSION, STORAGE_NOT_A_FILE, STORAGE_IO where it cannot be read.
 */
export function readWalSalts(path: string): WalSalts | null {
	try {
		const descriptor = openSync(path, "r");
		try {
			const start = new Uint8Array(WAL_HEADER_BYTES);
			if (readFully(descriptor, start, 0) < WAL_HEADER_BYTES) return null;
			const reading = parseWalHeader(start);
			return "header" in reading ? reading.header.salts : null;
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, path);
	}
}
