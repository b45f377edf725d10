import { STANDINGS } from "@savepoint/core";
import { Counter, Gauge, type Registry } from "prom-client";
import type { BackupGauges } from "../../storage/backups/ports.js";
import type { RecoveryTally } from "../../storage/ports.js";
import type { ApiContext } from "../context.js";

/**
 * Backups, quarantine and recovery in numbers. Where there is no backup its age is endless, so that
 * an alarm on the age rings then, too.
 */
export function addUpkeep(registry: Registry, context: ApiContext): void {
	addBackups(registry, context);
	addQuarantine(registry, context);
	addRecovery(registry, context);
}

type Told = (gauges: BackupGauges, nowMs: number) => number;

const ageOf = (atMs: number | null, nowMs: number): number =>
	atMs === null ? Number.POSITIVE_INFINITY : (nowMs - atMs) / 1_000;

const BACKUPS: readonly (readonly [name: string, help: string, read: Told])[] = [
	["savepoint_backups", "Whole backups in the directory.", (told) => told.backups],
	[
		"savepoint_backup_age_seconds",
		"Since the newest backup was made, proven or not.",
		(told, nowMs) => ageOf(told.newestAtMs, nowMs),
	],
	[
		"savepoint_backup_proven_age_seconds",
		"Since the newest proven backup was made.",
		(told, nowMs) => ageOf(told.newestProvenAtMs, nowMs),
	],
	[
		"savepoint_backup_proof_age_seconds",
		"Since a backup was last proven by a restore.",
		(told, nowMs) => ageOf(told.lastProofAtMs, nowMs),
	],
	[
		"savepoint_backup_failed",
		"1 while the last attempt has failed; else 0.",
		(told) => Number(told.problem !== null),
	],
	[
		"savepoint_backup_overdue",
		"1 while the newest proven backup is older than the schedule allows; else 0.",
		(told) => Number(told.isOverdue),
	],
	[
		"savepoint_backup_duration_seconds",
		"How long the last one took, with its proof; 0 before the first.",
		(told) => (told.lastTookMs ?? 0) / 1_000,
	],
];

function addBackups(registry: Registry, { upkeep, clock }: ApiContext): void {
	for (const [name, help, read] of BACKUPS)
		new Gauge({
			name,
			help,
			registers: [registry],
			async collect() {
				const told = await upkeep.backups();
				// An engine with backups of its own: no value, rather than one that says all is well.
				if (told === null) this.remove();
				else this.set(read(told, clock.now()));
			},
		});
	new Counter({
		name: "savepoint_backup_failures_total",
		help: "Attempts that failed, or did not verify.",
		registers: [registry],
		async collect() {
			this.reset();
			this.inc((await upkeep.backups())?.failures ?? 0);
		},
	});
}

function addQuarantine(registry: Registry, { upkeep, storage }: ApiContext): void {
	new Gauge({
		name: "savepoint_quarantined_sessions",
		help: "Sessions that were set aside, by how they stand; of the last 10,000.",
		labelNames: ["standing"],
		registers: [registry],
		async collect() {
			this.reset();
			const counts = await upkeep.quarantined();
			for (const standing of STANDINGS) this.set({ standing }, counts[standing] ?? 0);
		},
	});
	new Counter({
		name: "savepoint_harmed_sessions_total",
		help: "Sessions that were found not to verify since the start.",
		registers: [registry],
		collect() {
			this.reset();
			this.inc(storage.report().harmedSessions);
		},
	});
}

const SESSIONS: Readonly<Record<string, keyof RecoveryTally>> = {
	back: "sessionsBack",
	harmed: "sessionsHarmed",
	lost: "sessionsLost",
};
const MOVES: Readonly<Record<string, keyof RecoveryTally>> = {
	file: "movesFromFile",
	wal: "movesFromWal",
	backup: "movesFromBackup",
};

function addRecovery(registry: Registry, { storage }: ApiContext): void {
	const tally = (name: keyof RecoveryTally): number =>
		storage.report().recovery?.tally?.[name] ?? 0;
	const addTally = (name: string, help: string, places: typeof SESSIONS, label: string): void => {
		new Gauge({
			name,
			help,
			labelNames: [label],
			registers: [registry],
			collect() {
				for (const [value, place] of Object.entries(places))
					this.set({ [label]: value }, tally(place));
			},
		});
	};
	new Gauge({
		name: "savepoint_recovered_at_start",
		help: "1 when this start had to recover the database; else 0.",
		registers: [registry],
		collect() {
			this.set(Number(storage.report().recovery !== null));
		},
	});
	addTally(
		"savepoint_recovery_sessions",
		"Sessions of that recovery: back, of those harmed, and lost.",
		SESSIONS,
		"outcome",
	);
	addTally("savepoint_recovery_moves", "Moves that it brought back, by source.", MOVES, "source");
	new Gauge({
		name: "savepoint_recovery_uncertain",
		help: "Places where something may be missing without a trace.",
		registers: [registry],
		collect() {
			this.set(tally("uncertain"));
		},
	});
}
