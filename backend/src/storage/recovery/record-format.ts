import type { SqlRow } from "../driver.js";

/**
 * SQLite's record format, as its file format document lays it out. Pure: bytes in, values out; what
 * cannot be a record is null, never an exception.
 */

/** A varint at `at`, as a number, and where it ends; null where it runs out of bytes. */
export function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | null {
	let value = 0n;
	for (let index = 0; index < 9; index += 1) {
		const byte = bytes[at + index];
		if (byte === undefined) return null;
		if (index === 8) {
			value = (value << 8n) | BigInt(byte);
			return { value: Number(BigInt.asIntN(64, value)), next: at + 9 };
		}
		// Nearly every varint has one or two bytes: no big integers for them.
		if (index < 4 && byte < 0x80) {
			const small = Number(value) * 128 + byte;
			return { value: small, next: at + index + 1 };
		}
		value = (value << 7n) | BigInt(byte & 0x7f);
		if (byte < 0x80) return { value: Number(value), next: at + index + 1 };
	}
	return null;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8] as const;

const bytesOfType = (type: number): number => {
	if (type <= 6) return INTEGER_BYTES[type] ?? 0;
	if (type === 7) return 8;
	if (type <= 9) return 0;
	return Math.floor((type - 12 - (type % 2)) / 2);
};

const readInteger = (bytes: Buffer, at: number, size: number): number =>
	size === 8 ? Number(bytes.readBigInt64BE(at)) : bytes.readIntBE(at, size);

export type RecordValue = SqlRow[string];

function readValue(bytes: Buffer, at: number, type: number): RecordValue {
	const size = bytesOfType(type);
	if (type === 0) return null;
	if (type <= 6) return readInteger(bytes, at, size);
	if (type === 7) return bytes.readDoubleBE(at);
	if (type <= 9) return type - 8;
	const part = bytes.subarray(at, at + size);
	return type % 2 === 1 ? part.toString("utf8") : part;
}

/** More than any table has; a damaged header must not make an endless list. */
const COLUMNS_MAX = 200;

/** The values of a whole record; null where the bytes are not one, to the last byte. */
export function readRecord(bytes: Buffer): RecordValue[] | null {
	const header = readVarint(bytes, 0);
	if (header === null || header.value < header.next || header.value > bytes.length) return null;
	const types: number[] = [];
	for (let at = header.next; at < header.value; ) {
		const type = readVarint(bytes, at);
		if (type === null || type.value < 0 || type.value === 10 || type.value === 11) return null;
		types.push(type.value);
		at = type.next;
		if (at > header.value || types.length > COLUMNS_MAX) return null;
	}
	const total = types.reduce((sum, type) => sum + bytesOfType(type), header.value);
	if (total !== bytes.length) return null;
	let at = header.value;
	return types.map((type) => {
		const value = readValue(bytes, at, type);
		at += bytesOfType(type);
		return value;
	});
}
