import type { AuditLine, BackupLine, BackupsView } from "@savepoint/core";
import type { ServerConfig } from "../config.js";
import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import type { BackupEntry } from "../storage/backups/catalogue.js";
import type { KeptBackup } from "../storage/backups/kept.js";
import type { BackupGauges, BackupWork } from "../storage/backups/ports.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { BackupWorks } from "./ports.js";

export interface BackupDeskDeps {
	/** Has backups of its own where `works` is null. */
	readonly engine: string;
	readonly works: BackupWorks | null;
	readonly directory: string;
	readonly config: ServerConfig["backups"];
	readonly audit: AuditBook;
	readonly log: Log;
	readonly now: () => number;
}

/** What an operator asked for is never taken away by the schedule. */
const LABEL = "manual";
const NO_GAUGES: BackupGauges = {
	backups: 0,
	newestAtMs: null,
	newestProvenAtMs: null,
	lastProofAtMs: null,
	lastTookMs: null,
	failures: 0,
	problem: null,
	isOverdue: false,
	alarms: [],
	work: null,
};

/**
 * Backups as operators look at them. What they ask for takes long, so it is answered when it is in
 * the audit log and has begun; what came of it is an entry of its own. Nothing is deleted here.
 */
export class BackupDesk {
	readonly #deps: BackupDeskDeps;
	#isAsked = false;

	constructor(deps: BackupDeskDeps) {
		this.#deps = deps;
	}

	/** Newest first; `after` is the name of the last one on the page before. */
	async view(after: string | null, limit: number): Promise<BackupsView> {
		const { engine, works, directory, config, now } = this.#deps;
		const gauges = (await works?.gauges()) ?? NO_GAUGES;
		// A directory that cannot be read is the gauges' problem.
		const kept = (await works?.kept().catch(() => [])) ?? [];
		const rest = after === null ? kept : kept.filter(({ entry }) => entry.name < after);
		const shown = rest.slice(0, limit);
		return {
			at: isoOf(now()),
			elsewhere: works === null ? engine : null,
			directory,
			...config,
			newestProvenAt: isoOrNull(gauges.newestProvenAtMs),
			lastProofAt: isoOrNull(gauges.lastProofAtMs),
			lastTookMs: gauges.lastTookMs,
			alarms: [...gauges.alarms],
			job: jobOf(gauges.work),
			backups: shown.map(backupLine),
			next: rest.length > limit ? (shown.at(-1)?.entry.name ?? null) : null,
		};
	}

	/** Rejects with BACKUP_UNDER_WAY, BACKUP_FAILED and why, or what the audit log rejects with. */
	backUp(origin: Origin): Promise<AuditLine> {
		return this.#order({ action: "back-up", subject: null }, origin, (works) =>
			works.take({ label: LABEL, full: false }),
		);
	}

	/** Rejects as `backUp`, and with BACKUP_NOT_FOUND. */
	prove(name: string, origin: Origin): Promise<AuditLine> {
		return this.#order({ action: "prove-backup", subject: name }, origin, (works) =>
			works.prove({ name, full: false }),
		);
	}

	async #order(
		deed: { readonly action: "back-up" | "prove-backup"; readonly subject: string | null },
		origin: Origin,
		act: (works: BackupWorks) => Promise<BackupEntry>,
	): Promise<AuditLine> {
		const { works, engine, audit } = this.#deps;
		if (works === null)
			throw new SavepointError("BACKUP_FAILED", `${engine} has backups of its own.`);
		if (this.#isAsked || works.work !== null) throw new SavepointError("BACKUP_UNDER_WAY");
		this.#isAsked = true;
		try {
			// 1. What can be refused is refused at once.
			await works.demandRoom(deed.subject).catch(refuse);
			const before = await this.#standing(works, deed.subject);
			// 2. Who asked is stored before anything begins.
			const line = await audit.record({ ...deed, before, after: null }, origin, []);
			// 3. The work itself; nobody waits for it here.
			void this.#finish(works, act, { line, origin });
			return line;
		} finally {
			this.#isAsked = false;
		}
	}

	async #standing(works: BackupWorks, subject: string | null): Promise<object> {
		const one = (await works.kept()).find(({ entry }) => entry.name === subject);
		if (one !== undefined) return { provenAt: one.entry.manifest.provenAt };
		const { newestProvenAtMs } = await works.gauges();
		return { newestProvenAt: isoOrNull(newestProvenAtMs) };
	}

	/** Never rejects. */
	async #finish(
		works: BackupWorks,
		act: (works: BackupWorks) => Promise<BackupEntry>,
		{ line, origin }: { readonly line: AuditLine; readonly origin: Origin },
	): Promise<void> {
		const { audit, log } = this.#deps;
		let subject = line.subject;
		let outcome: object;
		try {
			const { name, manifest } = await act(works);
			subject = name;
			outcome = { provenAt: manifest.provenAt, problems: manifest.proof?.problems ?? [] };
		} catch (error) {
			works.note(error);
			outcome = { failed: error instanceof Error ? error.message : String(error) };
		}
		const after = { ...outcome, orderedBy: line.id };
		const deed = { action: "backup-result", subject, before: null, after } as const;
		await audit
			.record(deed, origin, [])
			.catch((error: unknown) =>
				log.warn({ err: error }, "a backup's end is not in the audit log"),
			);
	}
}

/** What never travels over HTTP goes as the failure that it is for an operator. */
function refuse(error: unknown): never {
	if (!(error instanceof SavepointError) || error.entry.httpStatus !== null) throw error;
	throw new SavepointError("BACKUP_FAILED", error.message, { cause: error });
}

const jobOf = (work: BackupWork | null): BackupsView["job"] =>
	work && {
		kind: work.kind,
		backup: work.backup,
		startedAt: isoOf(work.startedAtMs),
		step: work.progress?.step ?? null,
		done: work.progress?.done ?? 0,
		total: work.progress?.total ?? 0,
	};

const backupLine = ({ entry: { name, manifest }, kept, untilMs }: KeptBackup): BackupLine => ({
	name,
	label: manifest.label,
	createdAt: manifest.createdAt,
	bytes: manifest.bytes,
	sessions: manifest.sessions,
	moves: manifest.moves,
	generation: manifest.generation,
	provenAt: manifest.provenAt,
	sessionsReplayed: manifest.proof?.sessionsReplayed ?? 0,
	problems: [...(manifest.proof?.problems ?? [])],
	kept,
	keptUntil: isoOrNull(untilMs),
});

const isoOf = (atMs: number): string => new Date(atMs).toISOString();
const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : isoOf(atMs));
