import type { RecoveryTally } from "../ports.js";
import type { DamagedPage } from "./page-reader.js";

/** What a recovery brought back and what it did not. The report file is made of this. */
export interface RecoveryFindings {
	readonly pages: {
		readonly total: number;
		/** Only those that held rows, or of which nothing tells what they held. */
		readonly damaged: readonly DamagedPage[];
		/** Indexes and lists of unused pages: they are made anew and nothing is lost with them. */
		readonly harmless: number;
	};
	/** null: the database never had one, or it held nothing. */
	readonly wal: {
		readonly framesRead: number;
		readonly framesLost: number;
		/** Another database's, or gone although it was in use. */
		readonly isMissing: boolean;
	};
	readonly backup: { readonly name: string; readonly takenAt: string } | null;
	readonly sessions: {
		readonly back: number;
		readonly whole: number;
		readonly fromBackup: number;
		/** Cut, or kept without a log that can be shown. */
		readonly harmed: readonly HarmedByDamage[];
		/** Keys of sessions that were there and did not come back. */
		readonly lostKeys: readonly number[];
	};
	readonly moves: Readonly<Record<"file" | "wal" | "backup", number>>;
	/** Other tables whose rows carry a checksum. */
	readonly tables: readonly TableFindings[];
	/** What may be missing without a trace, each a sentence and the sessions it is about. */
	readonly uncertain: readonly Uncertainty[];
	readonly tookMs: number;
}

export interface HarmedByDamage {
	readonly sessionKey: number;
	/**
	 * cut: plays on from its last move that verifies. kept: ended, its result stands, its log does
	 * not.
	 */
	readonly standing: "cut" | "kept";
	readonly keptMoves: number;
	readonly lostFromSeq: number;
	readonly lostToSeq: number;
}

export interface TableFindings {
	readonly table: string;
	readonly salvaged: number;
	readonly fromBackup: number;
	/** Rows of a table without checksums, taken as they were found. */
	readonly unproven: number;
}

export interface Uncertainty {
	readonly sentence: string;
	readonly fromKey: number;
	readonly toKey: number;
	/**
	 * How many active sessions that came back are among them: only these can have lost moves unseen.
	 */
	readonly activeSessions: number;
}

/** For metrics. */
export const tallyOf = ({ sessions, moves, uncertain }: RecoveryFindings): RecoveryTally => ({
	sessionsBack: sessions.back,
	sessionsHarmed: sessions.harmed.length,
	sessionsLost: sessions.lostKeys.length,
	movesFromFile: moves.file,
	movesFromWal: moves.wal,
	movesFromBackup: moves.backup,
	uncertain: uncertain.length,
});

/** One sentence for the log and `/health`. */
export function outcomeSentence(findings: RecoveryFindings): string {
	const { sessions, moves, uncertain } = findings;
	const movesBack = moves.file + moves.wal + moves.backup;
	const lost = sessions.lostKeys.length;
	const parts = [
		`${sessions.back} sessions with ${movesBack} moves came back`,
		...(moves.backup > 0 || sessions.fromBackup > 0
			? [`${sessions.fromBackup} sessions and ${moves.backup} moves of them from a backup`]
			: []),
		...(sessions.harmed.length > 0 ? [`${sessions.harmed.length} sessions lost moves`] : []),
		...(lost > 0 ? [`${lost} sessions did not come back`] : []),
		...(uncertain.length > 0 ? ["there may be losses that left no trace"] : []),
	];
	const isAll = sessions.harmed.length === 0 && lost === 0 && uncertain.length === 0;
	return `${parts.join("; ")}. ${isAll ? "Nothing is known to be lost." : "The report names what is lost."}`;
}
