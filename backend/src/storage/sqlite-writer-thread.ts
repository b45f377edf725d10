import { statfsSync, statSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PACK_BUDGET_MS, RESERVE_FILE_BYTES, RESUME_FREE_BYTES } from "../limits.js";
import type { CommitOutcome, SqlRow, SqlValue, WriteBatch, WriteStatement } from "./driver.js";
import { copyVerified } from "./sqlite-copy.js";
import { sqliteCode, sqliteReason } from "./sqlite-errors.js";
import { type InstanceFile, writeInstance } from "./sqlite-instance.js";
import { type CopyProgress, copyInSteps } from "./sqlite-online-copy.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { keepReserve, releaseReserve } from "./sqlite-reserve-file.js";
import { readWalSalts } from "./sqlite-wal.js";
import { SqliteWriter } from "./sqlite-writer.js";

/** The writer's thread: messages in, one transaction at a time, messages out in the same order. */

export interface WriterThreadData {
	readonly paths: DatabasePaths;
	readonly instance: InstanceFile;
	readonly unsafeSync: boolean;
}

export type WriterRequest =
	| WriteBatch
	| { readonly op: "select"; readonly sql: string; readonly params: readonly SqlValue[] }
	| {
			readonly op: "migrate";
			readonly script: string;
			readonly record: { readonly sql: string; readonly params: readonly SqlValue[] };
	  }
	| { readonly op: "backup"; readonly label: string }
	/** Answered by `copied` or `copy-failed`; batches are taken meanwhile. */
	| { readonly op: "copy"; readonly target: string }
	| { readonly op: "prepare"; readonly statements: readonly WriteStatement[] }
	| { readonly op: "bring-home" }
	| { readonly op: "close" };

export type WriterReply =
	| { readonly kind: "opened" }
	| {
			readonly kind: "outcome";
			readonly outcome: CommitOutcome;
			readonly walBytes: number;
			readonly tailRows: number;
	  }
	| { readonly kind: "done"; readonly rows: SqlRow[]; readonly text: string }
	| {
			readonly kind: "failed";
			readonly code: ReturnType<typeof sqliteCode>;
			readonly reason: string;
	  }
	/**
	 * Not asked for: folding or a checkpoint failed in a way after which nothing more may be written.
	 */
	| { readonly kind: "lost"; readonly code: ReturnType<typeof sqliteCode>; readonly reason: string }
	| { readonly kind: "warning"; readonly message: string }
	| { readonly kind: "copying"; readonly progress: CopyProgress }
	| { readonly kind: "copied" }
	| {
			readonly kind: "copy-failed";
			readonly code: ReturnType<typeof sqliteCode>;
			readonly reason: string;
	  };

const IDLE_MS = 1_000;
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
const { paths, instance, unsafeSync } = workerData as WriterThreadData;
const send = (reply: WriterReply): void => port.postMessage(reply);

let writer: SqliteWriter;
try {
	writer = new SqliteWriter({ path: paths.database, unsafeSync });
	send({ kind: "opened" });
} catch (error) {
	send({ kind: "failed", code: sqliteCode(error), reason: sqliteReason(error) });
	port.close();
	throw error;
}

const freeBytesAt = (directory: string): number => {
	const { bavail, bsize } = statfsSync(directory);
	return bavail * bsize;
};

let recordedSalts = "";
let isFull = false;
let isLost = false;
let isClosed = false;
let foldFails = false;
let lastMoveAtMs = 0;

/**
 * G6: the instance file knows the WAL that belongs to this database. It is brought up to date
 * before the first answer and before each checkpoint, the only thing after which the salts can
 * change; so what is on disk always has the recorded salts or the ones right after them.
 */
function recordSalts(): void {
	const salts = readWalSalts(paths.wal);
	if (salts === null || String(salts) === recordedSalts) return;
	writeInstance(paths.instance, { ...instance, state: "open", walSalts: salts });
	recordedSalts = String(salts);
}

function commit(batch: WriteBatch): CommitOutcome {
	// F3: after a full disk nothing is tried before there is room for more than the next few batches.
	if (isFull && freeBytesAt(paths.directory) < RESUME_FREE_BYTES)
		return { kind: "unavailable", code: "STORAGE_FULL", reason: fullSentence() };
	const outcome = writer.commit(batch);
	if (outcome.kind === "unavailable" && outcome.code === "STORAGE_FULL") {
		// Room for the clean shutdown and the checkpoint that may follow.
		releaseReserve(paths);
		isFull = true;
		return { ...outcome, reason: fullSentence() };
	}
	if (outcome.kind === "committed") {
		if (isFull) keepReserve(paths, RESERVE_FILE_BYTES);
		isFull = false;
		if (recordedSalts === "") recordSalts();
	}
	return outcome;
}

const fullSentence = (): string =>
	`The disk of ${paths.directory} is full. Nothing more is stored until there is space again; reading still works.`;

/** Folding and checkpoints, between batches: nobody waits for them. */
function maintain(isIdle: boolean): void {
	try {
		const isFoldDue = writer.isFoldDue || (isIdle && writer.tailRows > 0);
		if (!foldFails && isFoldDue) foldTail();
		if (isIdle || isFoldDue) packLogs(isIdle);
		if (!writer.isCheckpointDue) return;
		recordSalts();
		writer.checkpoint("passive");
		if (writer.isWalAlarming)
			send({
				kind: "warning",
				message: `The write-ahead log has grown to ${writer.walBytes} bytes: a long-running reader keeps it from being brought home.`,
			});
	} catch (error) {
		const code = sqliteCode(error);
		// Full or locked: the next batch will say so, and say it to somebody.
		if (code === "STORAGE_FULL" || code === "STORAGE_BUSY") return;
		isLost = true;
		send({ kind: "lost", code, reason: sqliteReason(error) });
	}
}

function foldTail(): void {
	try {
		writer.foldTail();
	} catch (error) {
		if (sqliteCode(error) !== "STORAGE_CONFLICT") throw error;
		// Two entries of one place: the log is read where it is, and doctor names the session.
		foldFails = true;
		send({
			kind: "warning",
			message: "The log's tail could not be folded; run `savepoint doctor`.",
		});
	}
}

/** Under load a little after each fold; in idle times slice by slice, and a batch goes first. */
function packLogs(isIdle: boolean): void {
	if (writer.packLogs(PACK_BUDGET_MS) > 0 && isIdle) setImmediate(maintainInIdle);
}

/**
 * Clean shutdown: everything in the one file, and the instance file says so, in an order a kill can
 * cut.
 */
function bringHome(): void {
	if (!foldFails) writer.foldTail();
	const salts = readWalSalts(paths.wal);
	writeInstance(paths.instance, { ...instance, state: "closing", walSalts: salts });
	writer.checkpoint("truncate");
}

function close(): void {
	writer.close();
	// Another program that reads (doctor, a shell) can keep the -wal from being brought home. It is
	// ours then, and a clean mark would make the next start take it for a stranger's.
	const left = statSync(paths.wal, { throwIfNoEntry: false });
	if (left !== undefined && left.size > 0) return;
	writeInstance(paths.instance, { ...instance, state: "closed", walSalts: null });
}

function copy(target: string): void {
	copyInSteps(writer.connection, target, (progress) => send({ kind: "copying", progress })).then(
		() => send({ kind: "copied" }),
		(error) => {
			send({ kind: "copy-failed", code: sqliteCode(error), reason: sqliteReason(error) });
		},
	);
}

type ColdRequest = Exclude<WriterRequest, WriteBatch | { readonly op: "copy" }>;

function serve(request: ColdRequest): { rows: SqlRow[]; text: string } {
	switch (request.op) {
		case "select":
			return { rows: writer.select(request.sql, request.params), text: "" };
		case "migrate":
			writer.applyMigration(request.script, request.record);
			return { rows: [], text: "" };
		case "backup":
			return { rows: [], text: copyVerified(writer.connection, paths, request.label) };
		case "prepare":
			writer.prepare(request.statements);
			return { rows: [], text: "" };
		case "bring-home":
			bringHome();
			return { rows: [], text: "" };
		case "close":
			close();
			return { rows: [], text: "" };
	}
}

function maintainInIdle(): void {
	if (isLost || isClosed || performance.now() - lastMoveAtMs < IDLE_MS) return;
	if (!isMovedAway()) maintain(true);
}

/** Without a write nobody would notice, and what is read here would be of the past. */
function isMovedAway(): boolean {
	const moved = writer.findMoved();
	if (moved === null) return false;
	isLost = true;
	send({ kind: "lost", code: moved.code, reason: moved.message });
	return true;
}

const idleTimer = setInterval(maintainInIdle, IDLE_MS);

port.on("message", (request: WriterRequest) => {
	if (Array.isArray(request)) {
		const tailRows = writer.tailRows;
		const outcome = commit(request);
		send({ kind: "outcome", outcome, walBytes: writer.walBytes, tailRows: writer.tailRows });
		if (outcome.kind === "lost") isLost = true;
		if (writer.tailRows !== tailRows) lastMoveAtMs = performance.now();
		if (!isLost) maintain(false);
		return;
	}
	if (request.op === "copy") {
		copy(request.target);
		return;
	}
	if (request.op === "bring-home") {
		isClosed = true;
		clearInterval(idleTimer);
	}
	try {
		send({ kind: "done", ...serve(request) });
	} catch (error) {
		send({ kind: "failed", code: sqliteCode(error), reason: sqliteReason(error) });
	}
	if (request.op === "close") port.close();
});
