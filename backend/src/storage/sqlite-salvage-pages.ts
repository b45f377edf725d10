import { closeSync, fstatSync, openSync } from "node:fs";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { FoundPage, PageReader } from "./recovery/page-reader.js";
import { DATABASE_HEADER_BYTES, parseDatabaseHeader } from "./sqlite-header.js";
import type { SalvagedFrame, SalvagedWal } from "./sqlite-salvage-wal.js";
import { readFully } from "./sqlite-wal.js";

/** What every database of ours is made with; a header that is gone says no other. */
const USUAL_PAGE_BYTES = 4096;
/** SQLite keeps its lock bytes at 1 GiB and never writes the page that holds them. */
const LOCK_BYTES_AT = 0x4000_0000;

/** The page size that a database's header states, where it can be read. */
export function salvagedPageSize(database: string): number {
	const descriptor = openOrNull(database);
	if (descriptor === null) return USUAL_PAGE_BYTES;
	try {
		const start = new Uint8Array(DATABASE_HEADER_BYTES);
		readFully(descriptor, start, 0);
		const reading = parseDatabaseHeader(start);
		return reading.kind === "read" ? reading.header.pageSize : USUAL_PAGE_BYTES;
	} finally {
		closeSync(descriptor);
	}
}

function openOrNull(path: string): number | null {
	try {
		return openSync(path, "r");
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, path);
	}
}

/**
 * The pages of a database file and the -wal beside it, read without SQLite and for reading only.
 */
export class SalvagePages implements PageReader {
	readonly pageSize: number;
	readonly pageCount: number;
	readonly lockPage: number;
	readonly freePages: ReadonlySet<number>;
	readonly #database: number | null;
	readonly #wal: number | null;
	readonly #filePages: number;
	/** Frames by page, oldest first; the last is the newest. */
	readonly #frames = new Map<number, SalvagedFrame[]>();
	readonly #olderFrames = new Map<number, SalvagedFrame[]>();

	/** `wal`: null where there is none that belongs to the database. */
	constructor(paths: { database: string; wal: string }, pageSize: number, wal: SalvagedWal | null) {
		this.pageSize = pageSize;
		this.lockPage = Math.floor(LOCK_BYTES_AT / pageSize) + 1;
		this.#database = openOrNull(paths.database);
		this.#wal = wal === null ? null : openOrNull(paths.wal);
		const bytes = this.#database === null ? 0 : fstatSync(this.#database).size;
		this.#filePages = Math.floor(bytes / pageSize);
		this.pageCount = Math.max(this.#filePages, wal?.databasePages ?? 0);
		for (const frame of wal?.committed ?? []) append(this.#frames, frame);
		for (const frame of wal?.older ?? []) append(this.#olderFrames, frame);
		this.freePages = this.#readFreePages();
	}

	close(): void {
		if (this.#database !== null) closeSync(this.#database);
		if (this.#wal !== null) closeSync(this.#wal);
	}

	read(page: number): FoundPage | null {
		const frame = this.#frames.get(page)?.at(-1);
		return frame === undefined ? this.#readFile(page) : this.#readFrame(frame);
	}

	*older(page: number): Generator<FoundPage> {
		const frames = this.#frames.get(page) ?? [];
		for (const frame of frames.slice(0, -1).reverse()) yield* some(this.#readFrame(frame));
		if (frames.length > 0) yield* some(this.#readFile(page));
		for (const frame of this.#olderFrames.get(page)?.toReversed() ?? [])
			yield* some(this.#readFrame(frame));
	}

	#readFile(page: number): FoundPage | null {
		if (this.#database === null || page > this.#filePages) return null;
		return this.#readAt(this.#database, (page - 1) * this.pageSize, "file");
	}

	#readFrame(frame: SalvagedFrame): FoundPage | null {
		return this.#wal === null ? null : this.#readAt(this.#wal, frame.at, "wal");
	}

	/** A sector that the disk does not give is a page that is gone, not the end of the salvage. */
	#readAt(descriptor: number, at: number, origin: FoundPage["origin"]): FoundPage | null {
		const bytes = Buffer.alloc(this.pageSize);
		try {
			if (readFully(descriptor, bytes, at) < this.pageSize) return null;
		} catch {
			return null;
		}
		return { bytes, origin };
	}

	/** As the header lists them; as far as the list can be followed. */
	#readFreePages(): Set<number> {
		const free = new Set<number>();
		const first = this.pageCount === 0 ? null : this.read(1);
		if (first === null || parseDatabaseHeader(first.bytes).kind !== "read") return free;
		for (let trunk = first.bytes.readUInt32BE(32); trunk > 0 && trunk <= this.pageCount; ) {
			if (free.has(trunk)) break;
			const bytes = this.read(trunk)?.bytes;
			const count = bytes?.readUInt32BE(4) ?? 0;
			if (bytes === undefined || count > this.pageSize / 4 - 2) break;
			free.add(trunk);
			for (let index = 0; index < count; index += 1) free.add(bytes.readUInt32BE(8 + 4 * index));
			trunk = bytes.readUInt32BE(0);
		}
		// A list that is not as long as the header says leads astray somewhere.
		return free.size === first.bytes.readUInt32BE(36) ? free : new Set();
	}
}

function append(map: Map<number, SalvagedFrame[]>, frame: SalvagedFrame): void {
	const list = map.get(frame.page);
	if (list === undefined) map.set(frame.page, [frame]);
	else list.push(frame);
}

function* some(page: FoundPage | null): Generator<FoundPage> {
	if (page !== null) yield page;
}
