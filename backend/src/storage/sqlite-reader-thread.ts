import { parentPort, workerData } from "node:worker_threads";
import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import type { SqlRow, SqlValue } from "./driver.js";
import { named } from "./sqlite-binding.js";
import { sqliteCode, sqliteReason } from "./sqlite-errors.js";
import { applyReaderSettings } from "./sqlite-settings.js";

/**
 * The reader's thread: point reads and bounded pages, so that no request waits on the disk in the
 * loop.
 */

export interface ReaderRequest {
	readonly id: number;
	/** null: close. */
	readonly sql: string | null;
	readonly params: readonly SqlValue[];
}

export type ReaderReply =
	| { readonly id: number; readonly rows: SqlRow[] }
	| { readonly id: number; readonly code: ReturnType<typeof sqliteCode>; readonly reason: string };

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
/**
 * Opened for the first request: the thread starts beside the writer's, before there is a schema.
 */
let connection: Connection | null = null;
const prepared = new Map<string, Statement>();

function open(): Connection {
	const opened = new Database(String(workerData), { readonly: true, fileMustExist: true });
	applyReaderSettings(opened);
	return opened;
}

const statementOf = (sql: string): Statement => {
	const known = prepared.get(sql);
	if (known !== undefined) return known;
	connection ??= open();
	const statement = connection.prepare(sql);
	prepared.set(sql, statement);
	return statement;
};

port.on("message", ({ id, sql, params }: ReaderRequest) => {
	if (sql === null) {
		connection?.close();
		port.postMessage({ id, rows: [] } satisfies ReaderReply);
		port.close();
		return;
	}
	try {
		const rows = statementOf(sql).all(named(params)) as SqlRow[];
		port.postMessage({ id, rows } satisfies ReaderReply);
	} catch (error) {
		const reply: ReaderReply = { id, code: sqliteCode(error), reason: sqliteReason(error) };
		port.postMessage(reply);
	}
});
