import { rmSync } from "node:fs";
import { join } from "node:path";
import { SavepointError } from "../errors.js";
import { BACKUP_CHECK_MS, BACKUP_FIRST_MS, BACKUP_RETRY_MS } from "../limits.js";
import type { Log } from "../log.js";
import {
	BACKUP_MANIFEST,
	type BackupEntry,
	isProven,
	listBackups,
	newestProven,
} from "../storage/backups/catalogue.js";
import type { BackupConfig } from "../storage/backups/config.js";
import { SCHEDULED, superseded } from "../storage/backups/retention.js";
import { removeDurable } from "../storage/durable-files.js";
import type { Prove, TellProgress } from "./proof.js";
import { proveBackup } from "./prove-backup.js";
import { type BackupOrder, takeBackup } from "./take-backup.js";

export interface BackupKeeperDeps {
	/** Absolute path of the directory of the backups. */
	readonly directory: string;
	readonly config: BackupConfig;
	readonly source: BackupOrder["source"];
	readonly copyTo: BackupOrder["copyTo"];
	/** Grows with every change that is stored; the schedule rests while it does not. */
	readonly changes: () => number;
	readonly generation: number;
	readonly log: Log;
	readonly now: () => number;
	readonly prove?: Prove;
}

/** For `/health`, the metrics and the console. Times in milliseconds since 1970; null: never. */
export interface BackupGauges {
	readonly backups: number;
	readonly newestAtMs: number | null;
	/** When the newest proven backup was made, and when a backup was last proven by a restore. */
	readonly newestProvenAtMs: number | null;
	readonly lastProofAtMs: number | null;
	readonly lastTookMs: number | null;
	readonly failures: number;
	/** Why the last attempt failed; null once one has succeeded. */
	readonly problem: string | null;
	readonly isRunning: boolean;
}

/**
 * The backups of a running server: makes them when they are due, proves them, and takes away those
 * that newer ones have superseded. One at a time, whoever asks.
 */
export class BackupKeeper {
	readonly #deps: BackupKeeperDeps;
	readonly #stopping = new AbortController();
	#timer: NodeJS.Timeout | null = null;
	#running: Promise<unknown> | null = null;
	#changesAtBackup: number | null = null;
	#attemptedAtMs: number | null = null;
	#lastTookMs: number | null = null;
	#failures = 0;
	#problem: string | null = null;

	constructor(deps: BackupKeeperDeps) {
		this.#deps = deps;
	}

	/** Begins the schedule, where there is one: the first backup, if one is due, comes soon. */
	start(): void {
		if (this.#deps.config.everyMinutes === 0) return;
		this.#timer = setTimeout(() => this.#tick(), BACKUP_FIRST_MS);
		this.#timer.unref();
	}

	/** Cuts short what is under way; nothing of it counts. */
	async stop(): Promise<void> {
		this.#stopping.abort();
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#running?.catch(() => undefined);
	}

	list(): BackupEntry[] {
		return listBackups(this.#deps.directory);
	}

	gauges(): BackupGauges {
		const entries = this.list();
		const proofs = entries.flatMap(({ manifest }) => manifest.provenAt ?? []);
		const proven = entries.find(isProven);
		return {
			backups: entries.length,
			newestAtMs: timeOf(entries[0]),
			newestProvenAtMs: timeOf(proven),
			lastProofAtMs: proofs.length === 0 ? null : Math.max(...proofs.map((at) => Date.parse(at))),
			lastTookMs: this.#lastTookMs,
			failures: this.#failures,
			problem: this.#problem,
			isRunning: this.#running !== null,
		};
	}

	/** What an operator must hear of, a sentence each. */
	warnings(): string[] {
		return this.#problem === null ? [] : [`The last backup failed: ${this.#problem}`];
	}

	/**
	 * Makes and proves one, after any that is under way. Rejects as `takeBackup`.
	 */
	take(
		order: { readonly label: string; readonly full: boolean; readonly directory?: string },
		tell: TellProgress = () => undefined,
	): Promise<BackupEntry> {
		return this.#alone(async () => {
			const { directory, source, copyTo, changes, now, prove } = this.#deps;
			const startedAtMs = now();
			const changesBefore = changes();
			this.#attemptedAtMs = startedAtMs;
			const entry = await takeBackup({
				directory: order.directory ?? directory,
				label: order.label,
				full: order.full,
				source,
				copyTo,
				now,
				tell,
				signal: this.#stopping.signal,
				...(prove === undefined ? {} : { prove }),
			});
			this.#lastTookMs = now() - startedAtMs;
			if (!isProven(entry)) this.#fail(entry.manifest.proof?.problems.join(" ") ?? "");
			else {
				this.#problem = null;
				if (order.directory === undefined) this.#changesAtBackup = changesBefore;
				this.#deps.log.info(
					{ backup: entry.name, bytes: entry.manifest.bytes, tookMs: this.#lastTookMs },
					"backup proven",
				);
			}
			return entry;
		});
	}

	/** Verifies one again. Rejects with BACKUP_NOT_FOUND, and as `proveBackup`. */
	prove(
		order: { readonly name: string | null; readonly full: boolean },
		tell: TellProgress = () => undefined,
	): Promise<BackupEntry> {
		return this.#alone(async () => {
			const entry = findBackup(this.#deps.directory, order.name);
			const { now } = this.#deps;
			const signal = this.#stopping.signal;
			const proven = await proveBackup({ entry, full: order.full, now, tell, signal });
			if (!isProven(proven)) this.#fail(proven.manifest.proof?.problems.join(" ") ?? "");
			return proven;
		});
	}

	/** Whoever asks while one is under way waits for its end. */
	async #alone<T>(work: () => Promise<T>): Promise<T> {
		const before = this.#running ?? Promise.resolve();
		const running = before.then(work, work);
		this.#running = running;
		try {
			return await running;
		} finally {
			if (this.#running === running) this.#running = null;
		}
	}

	#tick(): void {
		void (this.isDue() ? this.takeDue() : Promise.resolve())
			.catch((error: unknown) => this.note(error))
			.finally(() => {
				if (this.#stopping.signal.aborted) return;
				this.#timer = setTimeout(() => this.#tick(), BACKUP_CHECK_MS);
				this.#timer.unref();
			});
	}

	/** One of the schedule's own, and what it supersedes goes. */
	async takeDue(): Promise<void> {
		await this.take({ label: SCHEDULED, full: false });
		this.prune();
	}

	/** An attempt of the schedule that failed: said loudly, and tried again later. */
	note(error: unknown): void {
		if (this.#stopping.signal.aborted) return;
		this.#fail(error instanceof Error ? error.message : String(error));
	}

	/** Whether the schedule would make one now. */
	isDue(): boolean {
		const { config, now, changes, generation, directory } = this.#deps;
		if (config.everyMinutes === 0 || this.#running !== null) return false;
		const everyMs = config.everyMinutes * 60_000;
		const nowMs = now();
		// 1. Not again and again where it fails.
		const sinceMs = this.#attemptedAtMs === null ? null : nowMs - this.#attemptedAtMs;
		if (sinceMs !== null && sinceMs >= 0 && sinceMs < Math.min(everyMs, BACKUP_RETRY_MS))
			return false;
		// 2. Not when nothing has changed since.
		if (this.#problem === null && this.#changesAtBackup === changes()) return false;
		// 3. Too old, of a time that has not come yet, or of before a restore.
		const newest = newestProven(directory);
		if (newest === null || newest.manifest.generation !== generation) return true;
		const ageMs = nowMs - Date.parse(newest.manifest.createdAt);
		return ageMs >= everyMs || ageMs < -everyMs;
	}

	/** Takes away what is superseded: the manifest first, so that half a backup never counts. */
	prune(): void {
		for (const { name, directory } of superseded(this.list(), this.#deps.config.keep)) {
			removeDurable(join(directory, BACKUP_MANIFEST));
			rmSync(directory, { recursive: true, force: true });
			this.#deps.log.info({ backup: name }, "backup superseded");
		}
	}

	#fail(reason: string): void {
		this.#failures += 1;
		this.#problem = reason;
		this.#deps.log.error({ reason }, "BACKUP FAILED");
	}
}

/** null: the newest. Throws BACKUP_NOT_FOUND. */
export function findBackup(directory: string, name: string | null): BackupEntry {
	const entries = listBackups(directory);
	const entry = name === null ? entries[0] : entries.find((one) => one.name === name);
	if (entry !== undefined) return entry;
	throw new SavepointError(
		"BACKUP_NOT_FOUND",
		name === null
			? `There is no backup in ${directory}.`
			: `There is no backup of that name in ${directory}; \`savepoint backups\` lists them.`,
	);
}

const timeOf = (entry: BackupEntry | undefined): number | null =>
	entry === undefined ? null : Date.parse(entry.manifest.createdAt);
