import { readVarint } from "./record-format.js";

/**
 * A page of one of SQLite's b-trees. Leaves of ordinary tables hold rows by row number; leaves
 * *and* inner pages of tables without row numbers hold whole rows. Pure, and never throws for
 * damage.
 */
export interface BTreePage {
	readonly kind: "table" | "index";
	readonly isLeaf: boolean;
	readonly cells: readonly Cell[];
	/** The child right of the last cell; null in a leaf. */
	readonly rightChild: number | null;
	/** Cells that cannot be read, keys out of order, or space that nothing accounts for. */
	readonly isFaulty: boolean;
}

export interface Cell {
	/** null in a b-tree of kind "index". */
	readonly rowid: number | null;
	readonly leftChild: number | null;
	/** null: the cell only leads on. */
	readonly payload: Payload | null;
}

export interface Payload {
	readonly totalBytes: number;
	/** The part that lies on this page. */
	readonly local: Buffer;
	readonly overflowPage: number | null;
}

const KINDS: Readonly<Record<number, Pick<BTreePage, "kind" | "isLeaf">>> = {
	2: { kind: "index", isLeaf: false },
	5: { kind: "table", isLeaf: false },
	10: { kind: "index", isLeaf: true },
	13: { kind: "table", isLeaf: true },
};
const FILE_HEADER_BYTES = 100;
const CELL_BYTES_MIN = 4;
/** No row of ours comes near; a damaged length must not ask for gigabytes. */
const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;

/** How many bytes of a payload lie on the page itself. */
function localBytes(total: number, kind: BTreePage["kind"], usable: number): number {
	const max = kind === "table" ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
	if (total <= max) return total;
	const min = Math.floor(((usable - 12) * 32) / 255) - 23;
	const fitting = min + ((total - min) % (usable - 4));
	return fitting <= max ? fitting : min;
}

type Shape = Pick<BTreePage, "kind" | "isLeaf">;

function readCell(bytes: Buffer, start: number, shape: Shape): { cell: Cell; end: number } | null {
	let at = start;
	let leftChild: number | null = null;
	if (!shape.isLeaf) {
		if (at + 4 > bytes.length) return null;
		leftChild = bytes.readUInt32BE(at);
		at += 4;
	}
	const readNumber = (): number => {
		const number = readVarint(bytes, at);
		at = number?.next ?? bytes.length + 1;
		return number?.value ?? -1;
	};
	if (shape.kind === "table" && !shape.isLeaf) {
		const rowid = readNumber();
		return at <= bytes.length ? { cell: { rowid, leftChild, payload: null }, end: at } : null;
	}
	const totalBytes = readNumber();
	const rowid = shape.kind === "table" ? readNumber() : null;
	if (totalBytes < 0 || totalBytes > PAYLOAD_BYTES_MAX || at > bytes.length) return null;
	const localEnd = at + localBytes(totalBytes, shape.kind, bytes.length);
	const hasOverflow = localEnd - at < totalBytes;
	const end = localEnd + (hasOverflow ? 4 : 0);
	if (end > bytes.length) return null;
	const overflowPage = hasOverflow ? bytes.readUInt32BE(localEnd) : null;
	const payload = { totalBytes, local: bytes.subarray(at, localEnd), overflowPage };
	return { cell: { rowid, leftChild, payload }, end };
}

/** Bytes that the list of unused space within the page covers; -1 where it leads astray. */
function freeBytes(bytes: Buffer, headerAt: number): number {
	let sum = bytes.readUInt8(headerAt + 7);
	let last = 0;
	for (let at = bytes.readUInt16BE(headerAt + 1); at !== 0; at = bytes.readUInt16BE(at)) {
		if (at <= last || at + 4 > bytes.length) return -1;
		last = at;
		sum += bytes.readUInt16BE(at + 2);
	}
	return sum;
}

/** `bytes`: the whole page. Null where it is no b-tree page at all. */
export function parseBTreePage(bytes: Buffer, pageNumber: number): BTreePage | null {
	const headerAt = pageNumber === 1 ? FILE_HEADER_BYTES : 0;
	const shape = KINDS[bytes.readUInt8(headerAt)];
	if (shape === undefined) return null;
	const cellCount = bytes.readUInt16BE(headerAt + 3);
	const contentStart = bytes.readUInt16BE(headerAt + 5) || 65_536;
	const pointersAt = headerAt + (shape.isLeaf ? 8 : 12);
	const pointersEnd = pointersAt + 2 * cellCount;
	if (pointersEnd > bytes.length || contentStart > bytes.length) return null;

	const cells: Cell[] = [];
	let isFaulty = contentStart < pointersEnd;
	let used = 0;
	for (let index = 0; index < cellCount; index += 1) {
		const start = bytes.readUInt16BE(pointersAt + 2 * index);
		const read = start < pointersEnd ? null : readCell(bytes, start, shape);
		if (read === null) {
			isFaulty = true;
			continue;
		}
		used += Math.max(CELL_BYTES_MIN, read.end - start);
		const before = cells.at(-1)?.rowid ?? null;
		if (before !== null && read.cell.rowid !== null && read.cell.rowid <= before) isFaulty = true;
		cells.push(read.cell);
	}
	// A cell count or a pointer that was changed leaves space that nothing accounts for.
	if (used + freeBytes(bytes, headerAt) !== bytes.length - contentStart) isFaulty = true;
	const rightChild = shape.isLeaf ? null : bytes.readUInt32BE(headerAt + 8);
	return { ...shape, cells, rightChild, isFaulty };
}

/**
 * Whether a page can be one of the list of unused pages: the next of them, and numbers of pages. A
 * page of zeros is none.
 */
export function isFreeListPage(bytes: Buffer, pageCount: number): boolean {
	const [next, count] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
	if (next > pageCount || count > bytes.length / 4 - 2 || next + count === 0) return false;
	for (let index = 0; index < count; index += 1) {
		const page = bytes.readUInt32BE(8 + 4 * index);
		if (page < 2 || page > pageCount) return false;
	}
	return true;
}
