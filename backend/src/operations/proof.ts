import type { BackupManifest } from "../storage/backups/manifest.js";
import type { Progress } from "../storage/doctor/report.js";

/** What goes to the process that verifies a copy, and what comes back. Types only. */

export interface ProofRequest {
	/** Path of the copy. Nothing else may have it open. */
	readonly database: string;
	/** It was just made: bring it to its final form first. */
	readonly finish: boolean;
	/** Sessions to play again; null: all of them. */
	readonly sampleSessions: number | null;
}

/** What is in the copy, and whether it verifies. */
export type ProofFacts = Pick<
	BackupManifest,
	| "schemaVersion"
	| "instanceId"
	| "generation"
	| "bytes"
	| "sha256"
	| "sessions"
	| "moves"
	| "counters"
> & { readonly proof: NonNullable<BackupManifest["proof"]> };

export type ProofMessage =
	| { readonly kind: "progress"; readonly progress: Progress }
	| { readonly kind: "facts"; readonly facts: ProofFacts }
	| { readonly kind: "failed"; readonly code: string; readonly reason: string };

export type TellProgress = (progress: Progress) => void;

/** Verifies a copy: `proveInProcess`, or `proveCopy` where nobody else needs this process. */
export type Prove = (
	request: ProofRequest,
	tell: TellProgress,
	signal?: AbortSignal,
) => Promise<ProofFacts>;
