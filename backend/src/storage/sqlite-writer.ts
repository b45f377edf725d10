import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import type { SavepointError } from "../errors.js";
import { CHECKPOINT_WAL_BYTES, TAIL_ROWS_MAX, WAL_ALARM_BYTES } from "../limits.js";
import type { CommitOutcome, SqlRow, SqlValue, WriteBatch, WriteStatement } from "./driver.js";
import { movedElsewhere, SELECT_MOVED } from "./moved.js";
import { byPosition, named } from "./sqlite-binding.js";
import { sqliteCode, sqliteReason } from "./sqlite-errors.js";
import { SqliteLogPacker } from "./sqlite-log-packer.js";
import { applyWriterSettings } from "./sqlite-settings.js";

export interface SqliteWriterOptions {
	readonly path: string;
	/** Tests only: a commit that is not synced, which the checks must notice. */
	readonly unsafeSync: boolean;
}

/**
 * What the log's newest part is folded by: the statement that appends to it, and the script. Move
 * type 4 is an end: a number that never changes (`encodeMoveType`).
 */
const APPENDS_TO_TAIL = /^\s*insert into move_tail\b/;
const FOLD_TAIL = `
	insert or ignore into logs_to_pack
		select session_key from move_tail where move_type = 4 and refusal is null;
	insert into moves
		select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash
		from move_tail order by session_key, seq;
	delete from move_tail;`;
const PAGE_BYTES = 4096;

interface Prepared {
	readonly statement: Statement;
	readonly paramCount: number;
	readonly mustChange: boolean;
	readonly appends: boolean;
}

/**
 * The only connection that writes, in the thread it owns (G1): batches, folding, checkpoints.
 * Everything here is synchronous; `sqlite-writer-thread.ts` brings the messages.
 */
export class SqliteWriter {
	readonly connection: Connection;
	#prepared: readonly Prepared[] = [];
	#begin: Statement;
	#commit: Statement;
	#rollback: Statement;
	/** Asks for the size of the WAL and does nothing to it. */
	#measureWal: Statement;
	/**
	 * Frames in the WAL; 0 when a checkpoint has brought all of them home and the next write starts
	 * over.
	 */
	#walFrames = 0;
	tailRows = 0;
	#packer: SqliteLogPacker | null = null;
	/** Another value than before: some other connection has committed (G5 keeps servers away). */
	#dataVersion: Statement;
	#knownVersion: unknown;
	#selectMoved: Statement | null = null;

	constructor(options: SqliteWriterOptions) {
		this.connection = openForWriting(options);
		this.#begin = this.connection.prepare("begin immediate");
		this.#commit = this.connection.prepare("commit");
		this.#rollback = this.connection.prepare("rollback");
		this.#measureWal = this.connection.prepare("pragma wal_checkpoint(noop)").raw();
		this.#dataVersion = this.connection.prepare("pragma data_version").pluck();
		this.#knownVersion = this.#dataVersion.get();
	}

	/** After the migrations: the statements exist only now. */
	prepare(statements: readonly WriteStatement[]): void {
		this.#prepared = statements.map(({ sql, paramCount, changes }) => ({
			statement: this.connection.prepare(byPosition(sql, paramCount)),
			paramCount,
			mustChange: changes === 1,
			appends: APPENDS_TO_TAIL.test(sql),
		}));
		this.#packer = new SqliteLogPacker(this.connection);
		this.#selectMoved = this.connection.prepare(SELECT_MOVED);
		this.tailRows = Number(this.connection.prepare("select count(*) from move_tail").pluck().get());
	}

	select(sql: string, params: readonly SqlValue[]): SqlRow[] {
		return this.connection.prepare(sql).all(named(params)) as SqlRow[];
	}

	/** Never throws; see CommitOutcome for what each kind promises. */
	commit(batch: WriteBatch): CommitOutcome {
		const startedAtMs = performance.now();
		// 1. Everything up to the sync can still be taken back.
		let group = 0;
		let appended = 0;
		try {
			this.#begin.run();
			const moved = this.findMoved();
			if (moved !== null) return this.#refuseMoved(moved);
			let at = 0;
			while (at < batch.length) {
				const prepared = this.#prepared[batch[at] as number] as Prepared;
				group = batch[at + 1] as number;
				const from = at + 2;
				at = from + prepared.paramCount;
				const { changes } = prepared.statement.run(batch.slice(from, at));
				if (prepared.mustChange && changes !== 1) return this.#takeBack(group, STALE);
				if (prepared.appends) appended += 1;
			}
			group = 0;
		} catch (error) {
			return this.#takeBack(group, error);
		}
		// 2. The sync.
		try {
			this.#commit.run();
		} catch (error) {
			// ENOSPC while the WAL was written, before the sync: the commit frame is not there. Anything
			// else is indeterminate: its frames may be valid at the next open (A2).
			const code = sqliteCode(error);
			return code === "STORAGE_FULL" || code === "STORAGE_BUSY"
				? this.#takeBack(0, error)
				: { kind: "lost", code, reason: sqliteReason(error) };
		}
		this.tailRows += appended;
		return { kind: "committed", commitMs: performance.now() - startedAtMs };
	}

	/**
	 * Where the data has gone, once a move has taken it somewhere else; null while it is here. Asked
	 * in every transaction, as nothing may be stored here after the move: one read of a number.
	 */
	findMoved(): SavepointError | null {
		const version = this.#dataVersion.get();
		if (version === this.#knownVersion) return null;
		this.#knownVersion = version;
		return movedElsewhere(this.#selectMoved?.get() as SqlRow | undefined);
	}

	/** The script and its record in one transaction. Throws what SQLite threw, rolled back. */
	applyMigration(script: string, record: { sql: string; params: readonly SqlValue[] }): void {
		this.connection.transaction(() => {
			this.connection.exec(script);
			this.connection.prepare(record.sql).run(named(record.params));
		})();
	}

	get walBytes(): number {
		return this.#walFrames * PAGE_BYTES;
	}

	/** Cheap enough to ask after every batch. */
	measureWal(): number {
		const [, frames, done] = this.#measureWal.get() as [number, number, number];
		this.#walFrames = frames === done ? 0 : frames;
		return this.walBytes;
	}

	get isFoldDue(): boolean {
		return this.tailRows >= TAIL_ROWS_MAX;
	}

	get isCheckpointDue(): boolean {
		return this.measureWal() >= CHECKPOINT_WAL_BYTES;
	}

	get isWalAlarming(): boolean {
		return this.walBytes >= WAL_ALARM_BYTES;
	}

	/** Brings the log's newest part to where it is clustered by session: one sorted pass (G1, S1). */
	foldTail(): void {
		if (this.tailRows === 0) return;
		this.connection.transaction(() => this.connection.exec(FOLD_TAIL)).immediate();
		this.tailRows = 0;
	}

	/** Packs logs of finished sessions for about `budgetMs`; 0: there are none (Z2). */
	packLogs(budgetMs: number): number {
		return this.#packer?.packSome(budgetMs) ?? 0;
	}

	/** G4: between batches, on this connection only. Passive: never waits for a reader. */
	checkpoint(mode: "passive" | "truncate"): void {
		this.connection.pragma(`wal_checkpoint(${mode})`);
		this.measureWal();
	}

	close(): void {
		this.connection.close();
	}

	#refuseMoved({ code, message: reason }: SavepointError): CommitOutcome {
		this.#rollback.run();
		return { kind: "lost", code, reason };
	}

	#takeBack(group: number, error: unknown): CommitOutcome {
		const code = error === STALE ? "STORAGE_CONFLICT" : sqliteCode(error);
		const reason =
			error === STALE ? "the session was changed by somebody else" : sqliteReason(error);
		try {
			// SQLITE_FULL and others may have rolled the whole transaction back by themselves.
			if (this.connection.inTransaction) this.#rollback.run();
		} catch (failure) {
			return { kind: "lost", code: "STORAGE_IO", reason: sqliteReason(failure) };
		}
		switch (code) {
			case "STORAGE_CONFLICT":
				return { kind: "rejected", groups: [group], code, reason };
			case "STORAGE_FULL":
			case "STORAGE_BUSY":
			case "STORAGE_READ_ONLY":
				return { kind: "unavailable", code, reason };
			default:
				return { kind: "lost", code, reason };
		}
	}
}

/** Finds out whether another program holds the database before anything of ours is written (B4). */
function openForWriting({ path, unsafeSync }: SqliteWriterOptions): Connection {
	const connection = new Database(path, { fileMustExist: true });
	try {
		applyWriterSettings(connection);
		if (unsafeSync) connection.pragma("synchronous = NORMAL");
		connection.exec("begin immediate; rollback");
		return connection;
	} catch (error) {
		connection.close();
		throw error;
	}
}

const STALE = Symbol("a row was not as the change expected it");
