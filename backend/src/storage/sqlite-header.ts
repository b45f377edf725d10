import { FIRST_PAGE_BYTES } from "./sqlite-wal.js";
import { isPageSize } from "./sqlite-wal-format.js";

/** "SAVE": stands in the header of every database of ours, and of nobody else's. */
export const APPLICATION_ID = 0x5341_5645;

/** How many bytes `parseDatabaseHeader` wants: the header and the start of page 1's tree. */
export const DATABASE_HEADER_BYTES = FIRST_PAGE_BYTES;

export interface DatabaseHeader {
	readonly pageSize: number;
	readonly applicationId: number;
	/** Size of the database as the header says; null where an old library left it stale. */
	readonly pageCount: number | null;
	/** SQLite has made the file, and there is no table in it yet. */
	readonly isBlank: boolean;
	/** In WAL mode no rollback journal can belong to it. */
	readonly isWalMode: boolean;
}

export type DatabaseHeaderReading =
	| { readonly kind: "read"; readonly header: DatabaseHeader }
	| { readonly kind: "not-sqlite" }
	/** It starts as a SQLite file; what follows cannot be. */
	| { readonly kind: "damaged"; readonly reason: string; readonly applicationId: number | null };

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");
const LEAF_TABLE_PAGE = 13;
const SCHEMA_FORMAT_MAX = 4;

const findFault = (view: DataView, pageSize: number): string | null => {
	if (!isPageSize(pageSize)) return "its header names an impossible page size";
	const [write, read] = [view.getUint8(18), view.getUint8(19)];
	if (write < 1 || write > 2 || read < 1 || read > 2)
		return "its header names an unknown format version";
	const fractions = [view.getUint8(21), view.getUint8(22), view.getUint8(23)];
	if (fractions.join() !== "64,32,32") return "its header's fixed bytes are not as they must be";
	if (view.getUint8(20) !== 0)
		return "its header sets bytes of each page aside, as none of ours does";
	// SQLite would only say that it does not know the format, which is no word for damage.
	if (view.getUint32(44) > SCHEMA_FORMAT_MAX) return "its header names an unknown schema format";
	return null;
};

/** `bytes`: the start of the database file or of its page 1, fewer than asked for where it ends. */
export function parseDatabaseHeader(bytes: Uint8Array): DatabaseHeaderReading {
	if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) return { kind: "not-sqlite" };
	if (bytes.length < DATABASE_HEADER_BYTES)
		return { kind: "damaged", reason: "it ends within its header", applicationId: null };
	const view = new DataView(bytes.buffer, bytes.byteOffset, DATABASE_HEADER_BYTES);
	const statedSize = view.getUint16(16);
	const pageSize = statedSize === 1 ? 65_536 : statedSize;
	const applicationId = view.getUint32(68);
	const reason = findFault(view, pageSize);
	if (reason !== null) return { kind: "damaged", reason, applicationId };
	const pageCount = view.getUint32(28);
	const isCurrent = pageCount > 0 && view.getUint32(92) === view.getUint32(24);
	return {
		kind: "read",
		header: {
			pageSize,
			applicationId,
			pageCount: isCurrent ? pageCount : null,
			isBlank: view.getUint8(100) === LEAF_TABLE_PAGE && view.getUint16(103) === 0,
			isWalMode: view.getUint8(19) === 2,
		},
	};
}
