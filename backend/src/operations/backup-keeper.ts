import { rmSync } from "node:fs";
import { join } from "node:path";
import { BACKUP_CHECK_MS, BACKUP_FIRST_MS, BACKUP_OVERDUE_MS, BACKUP_RETRY_MS } from "../limits.js";
import type { Log } from "../log.js";
import {
	BACKUP_MANIFEST,
	type BackupEntry,
	isProven,
	listBackups,
	newestProven,
} from "../storage/backups/catalogue.js";
import type { BackupConfig } from "../storage/backups/config.js";
import { type KeptBackup, keptBackups } from "../storage/backups/kept.js";
import type { BackupGauges, BackupWork } from "../storage/backups/ports.js";
import { SCHEDULED, superseded } from "../storage/backups/retention.js";
import { makeDirectoryDurable, removeDurable } from "../storage/durable-files.js";
import { BackupShelf } from "./backup-shelf.js";
import type { Prove, TellProgress } from "./proof.js";
import { PROOF, proveBackup } from "./prove-backup.js";
import { findBackup } from "./resolve-backup.js";
import { type BackupOrder, demandRoom, takeBackup } from "./take-backup.js";

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

/**
 * The backups of a running server: makes them when they are due, proves them, and takes away those
 * that newer ones have superseded. One at a time, whoever asks.
 */
export class BackupKeeper {
	readonly #deps: BackupKeeperDeps;
	readonly #stopping = new AbortController();
	#timer: NodeJS.Timeout | null = null;
	readonly #shelf: BackupShelf;
	#running: Promise<unknown> | null = null;
	#work: BackupWork | null = null;
	#changesAtBackup: number | null = null;
	#attemptedAtMs: number | null = null;
	#lastTookMs: number | null = null;
	#failures = 0;
	/** A whole sentence, each of them. */
	#problem: string | null = null;
	#lateness: string | null = null;

	constructor(deps: BackupKeeperDeps) {
		this.#deps = deps;
		this.#shelf = new BackupShelf(deps.directory, deps.now);
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

	/** What is under way, or waits for its turn; null: nothing. */
	get work(): BackupWork | null {
		return this.#work;
	}

	/** All of them, newest first, and why each is kept. Rejects as `readBackups`. */
	async kept(): Promise<KeptBackup[]> {
		const { config, now } = this.#deps;
		return keptBackups(await this.#shelf.entries(), config.keep, now());
	}

	/** Never rejects: a directory that cannot be read is the problem that is told. */
	async gauges(): Promise<BackupGauges> {
		let unreadable: string | null = null;
		const entries = await this.#shelf.entries().catch((error: unknown): BackupEntry[] => {
			unreadable = `The backups cannot be listed: ${messageOf(error)}`;
			return [];
		});
		const proofs = entries.flatMap(({ manifest }) => manifest.provenAt ?? []);
		const newestProvenAtMs = timeOf(entries.find(isProven));
		const problem = unreadable ?? this.#problem;
		const isOverdue = this.#isOverdue(newestProvenAtMs);
		const lateness = this.#latenessOf(newestProvenAtMs, isOverdue);
		return {
			backups: entries.length,
			newestAtMs: timeOf(entries[0]),
			newestProvenAtMs,
			lastProofAtMs: proofs.length === 0 ? null : Math.max(...proofs.map((at) => Date.parse(at))),
			lastTookMs: this.#lastTookMs,
			failures: this.#failures,
			problem,
			isOverdue,
			alarms: [problem, lateness].filter((alarm) => alarm !== null),
			work: this.#work,
		};
	}

	/** Older than the schedule allows, while there is something new to be kept. */
	#isOverdue(newestProvenAtMs: number | null): boolean {
		const { config, now, changes } = this.#deps;
		if (config.everyMinutes === 0) return false;
		if (newestProvenAtMs === null) return true;
		if (this.#problem === null && this.#changesAtBackup === changes()) return false;
		return now() - newestProvenAtMs > config.everyMinutes * 60_000 + BACKUP_OVERDUE_MS;
	}

	#latenessOf(newestProvenAtMs: number | null, isOverdue: boolean): string | null {
		if (newestProvenAtMs === null) return "There is no proven backup.";
		if (!isOverdue) return null;
		const { config, now } = this.#deps;
		const ageMinutes = Math.floor((now() - newestProvenAtMs) / 60_000);
		return `The newest proven backup is ${ageMinutes} minutes old, and one is due every ${config.everyMinutes}.`;
	}

	/** The alarms as the schedule saw them last, for whoever cannot wait for a disk. */
	warnings(): string[] {
		return [this.#problem, this.#lateness].filter((alarm) => alarm !== null);
	}

	/**
	 * Whether there is room for one more, or for the proof of this one. Rejects with BACKUP_FAILED or
	 * BACKUP_NOT_FOUND, and why.
	 */
	async demandRoom(toProve: string | null): Promise<void> {
		const { directory, source } = this.#deps;
		if (toProve !== null)
			return demandRoom(directory, findBackup(directory, toProve).database, PROOF);
		makeDirectoryDurable(directory);
		await demandRoom(directory, source);
	}

	/**
	 * Makes and proves one, after any that is under way. Rejects as `takeBackup`.
	 */
	take(
		order: { readonly label: string; readonly full: boolean; readonly directory?: string },
		tell: TellProgress = () => undefined,
	): Promise<BackupEntry> {
		return this.#alone({ kind: "back-up", backup: null }, tell, async (told) => {
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
				tell: told,
				signal: this.#stopping.signal,
				...(prove === undefined ? {} : { prove }),
			});
			this.#lastTookMs = now() - startedAtMs;
			if (!isProven(entry)) this.#failProof(entry);
			else {
				this.#problem = null;
				this.#lateness = null;
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
		return this.#alone({ kind: "prove", backup: order.name }, tell, async (told) => {
			const entry = findBackup(this.#deps.directory, order.name);
			const { now, prove } = this.#deps;
			const proven = await proveBackup({
				entry,
				full: order.full,
				now,
				tell: told,
				signal: this.#stopping.signal,
				...(prove === undefined ? {} : { prove }),
			});
			if (!isProven(proven)) this.#failProof(proven);
			return proven;
		});
	}

	/** Whoever asks while one is under way waits for its end. */
	async #alone<T>(
		what: Pick<BackupWork, "kind" | "backup">,
		tell: TellProgress,
		act: (tell: TellProgress) => Promise<T>,
	): Promise<T> {
		const work = () => this.#attend(what, tell, act);
		const running = this.#running === null ? work() : this.#running.then(work, work);
		this.#running = running;
		try {
			return await running;
		} finally {
			if (this.#running === running) this.#running = null;
		}
	}

	/** Does it, and can be asked meanwhile how far it has got. */
	async #attend<T>(
		what: Pick<BackupWork, "kind" | "backup">,
		tell: TellProgress,
		act: (tell: TellProgress) => Promise<T>,
	): Promise<T> {
		const begun = { ...what, startedAtMs: this.#deps.now() };
		this.#work = { ...begun, progress: null };
		try {
			return await act((progress) => {
				this.#work = { ...begun, progress };
				tell(progress);
			});
		} finally {
			this.#work = null;
			this.#shelf.forget();
		}
	}

	#tick(): void {
		void (this.isDue() ? this.takeDue() : Promise.resolve())
			.catch((error: unknown) => this.note(error))
			.then(() => this.look())
			.finally(() => {
				if (this.#stopping.signal.aborted) return;
				this.#timer = setTimeout(() => this.#tick(), BACKUP_CHECK_MS);
				this.#timer.unref();
			});
	}

	/** Whether one should be there by now and is not, for `warnings`. */
	async look(): Promise<void> {
		const { alarms, isOverdue } = await this.gauges();
		this.#lateness = isOverdue ? (alarms.at(-1) ?? null) : null;
	}

	/** One of the schedule's own, and what it supersedes goes. */
	async takeDue(): Promise<void> {
		await this.take({ label: SCHEDULED, full: false });
		this.prune();
	}

	/** An attempt of the schedule that failed: said loudly, and tried again later. */
	note(error: unknown): void {
		if (this.#stopping.signal.aborted) return;
		this.#fail(`The last backup failed: ${messageOf(error)}`);
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
		this.#shelf.forget();
	}

	#failProof({ name, manifest }: BackupEntry): void {
		const problems = manifest.proof?.problems.join(" ") ?? "";
		this.#fail(`The backup ${name} does not verify: ${problems}`);
	}

	#fail(problem: string): void {
		this.#failures += 1;
		this.#problem = problem;
		this.#deps.log.error({ reason: problem }, "BACKUP FAILED");
	}
}

const timeOf = (entry: BackupEntry | undefined): number | null =>
	entry === undefined ? null : Date.parse(entry.manifest.createdAt);

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
