import { SavepointError } from "../errors.js";
import type { LoneStatement } from "../storage/lone-changes.js";
import type { Commits, SessionRepository } from "../storage/ports.js";
import {
	planRepair,
	type RepairPlan,
	type RepairReader,
	type SessionRepairer,
} from "../storage/quarantined/session-repairer.js";

export interface LiveRepairerDeps {
	readonly repairer: Pick<SessionRepairer, "repair">;
	readonly reader: RepairReader;
	readonly sessions: Pick<SessionRepository, "findByKey">;
	readonly commits: Pick<Commits, "afterPending">;
	/** The session is read anew by whoever asks for it next. */
	readonly forget: (sessionId: string) => void;
	/** The entry of the audit log, written with the repair. */
	readonly entryOf: (sessionId: string, plan: RepairPlan) => readonly LoneStatement[];
	/** The storage has a higher generation now; clients must see it. */
	readonly onCut: () => void;
}

/** Repairs single sessions in the server that holds the database, while all others play on. */
export class LiveRepairer {
	readonly #deps: LiveRepairerDeps;

	constructor(deps: LiveRepairerDeps) {
		this.#deps = deps;
	}

	/**
	 * As `SessionRepairer.repair`; null: the session verifies and is left alone. One that is removed
	 * is SESSION_NOT_FOUND.
	 */
	async repair(sessionKey: number): Promise<RepairPlan | null> {
		const { repairer, reader, sessions, commits, forget, entryOf, onCut } = this.#deps;
		const id = await sessions.findByKey(sessionKey);
		if (id === null) throw new SavepointError("SESSION_NOT_FOUND");
		// 1. Most often somebody was quicker, or it never was harmed.
		if ((await planRepair(reader, sessionKey)) === null) return null;
		// 2. What was read of it before it was damaged may be in memory, and be played on. Once that is
		// gone nobody can load it, so nothing of it changes until the repair is through.
		forget(id);
		await new Promise<void>((committed, failed) =>
			commits.afterPending(sessionKey, { committed, failed }),
		);
		const plan = await repairer.repair(sessionKey, (done) => entryOf(id, done));
		if (plan?.standing === "cut") onCut();
		return plan;
	}
}
