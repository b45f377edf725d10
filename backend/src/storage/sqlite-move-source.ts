import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { SavepointError } from "../errors.js";
import { MOVE_HOLD_TRIES } from "../limits.js";
import type { SqlRow } from "./driver.js";
import { appliedFromRow, pendingMigrations, readMigrations, SELECT_HISTORY } from "./migrate.js";
import type { StorageModule } from "./module.js";
import type { MoveSource } from "./move/ports.js";
import { refuse } from "./move/standing.js";
import { sqliteCode, translateSqliteError } from "./sqlite-errors.js";
import { markClosing, readInstance, writeInstance } from "./sqlite-instance.js";
import { acquireLock, type DirectoryLock, isLocked } from "./sqlite-lock.js";
import { demandReadable } from "./sqlite-look.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { openConnection, SqlitePlace } from "./sqlite-place.js";
import { applyWriterSettings } from "./sqlite-settings.js";

/**
 * A database file that is moved from, beside its server or without one. A server that runs keeps
 * its lock and goes on; SQLite's own write lock keeps it out for the last step, and its next
 * transaction finds that somebody else has written, and what (`sqlite-writer.ts`).
 */
export class SqliteMoveSource extends SqlitePlace implements MoveSource {
	/** Ours while no server has the database. */
	#lock: DirectoryLock | null = null;
	/** The file that was opened: a recovery or a restore puts another one in its place. */
	readonly #inode: number;

	static open(paths: DatabasePaths, modules: readonly StorageModule[]): SqliteMoveSource {
		const { isServed } = demandReadable(paths);
		const lock = isServed ? null : lockForMove(paths);
		try {
			if (lock !== null) expectWrites(paths);
			const source = new SqliteMoveSource(paths, lock);
			source.#demandSchema(modules);
			return source;
		} catch (error) {
			lock?.release();
			throw error;
		}
	}

	private constructor(paths: DatabasePaths, lock: DirectoryLock | null) {
		const connection = openConnection(paths, { readonly: false });
		super(paths, connection);
		this.#lock = lock;
		this.#inode = statSync(paths.database).ino;
		try {
			applyWriterSettings(connection);
		} catch (error) {
			connection.close();
			throw translateSqliteError(error);
		}
	}

	async hold(): Promise<void> {
		// A server that has ended meanwhile must not start before this is through.
		if (this.#lock === null && !isLocked(this.paths)) {
			this.#lock = lockForMove(this.paths);
			expectWrites(this.paths);
		}
		for (let tries = 1; ; tries += 1)
			try {
				this.connection.exec("begin immediate");
				break;
			} catch (error) {
				if (tries === MOVE_HOLD_TRIES || sqliteCode(error) !== "STORAGE_BUSY")
					throw translateSqliteError(error);
				await delay(10);
			}
		if (statSync(this.paths.database).ino === this.#inode) return;
		await this.release();
		throw refuse(
			`${this.location} was replaced while it was being moved, as by a restore; begin again.`,
		);
	}

	async markMoved(location: string): Promise<void> {
		const { changes } = this.statement("update service set moved_to = ? where id = 1").run(
			location,
		);
		if (changes !== 1) throw new SavepointError("INTERNAL", "there is no row of the service");
		try {
			this.connection.exec("commit");
		} catch (error) {
			throw translateSqliteError(error);
		}
	}

	async release(): Promise<void> {
		if (this.connection.inTransaction) this.connection.exec("rollback");
	}

	override async close(): Promise<void> {
		await this.release();
		try {
			if (this.#lock === null) this.connection.close();
			else
				closeWhole(
					this.paths,
					() => this.connection.pragma("wal_checkpoint(truncate)"),
					() => this.connection.close(),
				);
		} finally {
			this.#lock?.release();
		}
	}

	#demandSchema(modules: readonly StorageModule[]): void {
		const applied = (this.connection.prepare(SELECT_HISTORY).all() as SqlRow[]).map(appliedFromRow);
		const pending = pendingMigrations(readMigrations(modules, "sqlite"), applied);
		if (pending.length === 0) return;
		this.connection.close();
		throw refuse(
			`${this.location} is older than this version: ${
				this.#lock === null
					? "restart its server with this version first."
					: "run `savepoint migrate up` first."
			}`,
		);
	}
}

export const lockForMove = (paths: DatabasePaths): DirectoryLock =>
	acquireLock(paths, { pid: process.pid, startedAt: new Date().toISOString(), what: "move" });

/** From here on a -wal of ours may be there or not, whenever this process is killed (G6). */
export function expectWrites(paths: DatabasePaths): void {
	const reading = readInstance(paths.instance);
	if (reading.kind !== "read") return;
	if (reading.instance.state === "open") markClosing(paths.instance);
	else if (reading.instance.state !== "closing")
		writeInstance(paths.instance, { ...reading.instance, state: "opening", walSalts: null });
}

/** Everything in the one file, and the instance file says so; see `bringHome` of the writer. */
export function closeWhole(
	paths: DatabasePaths,
	checkpoint: () => void,
	close: () => void,
	instanceId: string | null = null,
): void {
	checkpoint();
	close();
	const left = statSync(paths.wal, { throwIfNoEntry: false });
	const reading = readInstance(paths.instance);
	if (reading.kind !== "read" || (left !== undefined && left.size > 0)) return;
	writeInstance(paths.instance, {
		...reading.instance,
		instanceId: instanceId ?? reading.instance.instanceId,
		state: "closed",
		walSalts: null,
	});
}
