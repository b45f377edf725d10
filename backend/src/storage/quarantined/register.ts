import type { SqlRow } from "../driver.js";
import type { StatementList } from "../module.js";
import type { Commits } from "../ports.js";
import { evidenceText, noteQuarantined, quarantinedParams } from "./quarantined-rows.js";

export interface RegisterParts {
	readonly statements: StatementList;
	readonly commits: Pick<Commits, "refusal" | "begin" | "finish">;
	readonly now: () => number;
}

/**
 * Sets a session aside by name when a load finds that it does not verify: once, with its row as
 * evidence. What is stored of the session itself stays as it is.
 */
export class QuarantineRegister {
	readonly #parts: RegisterParts;
	readonly #noted = new Set<number>();

	constructor(parts: RegisterParts) {
		this.#parts = parts;
	}

	/** Sessions that were set aside since the start. */
	get count(): number {
		return this.#noted.size;
	}

	/** True for the first time. Where nothing can be stored now, the next load notes it. */
	note(sessionKey: number, reason: string, row: SqlRow): boolean {
		const { commits, statements, now } = this.#parts;
		if (this.#noted.has(sessionKey) || commits.refusal() !== null) return false;
		this.#noted.add(sessionKey);
		const params = quarantinedParams({
			sessionKey,
			noticedAtMs: now(),
			standing: "harmed",
			reason,
			keptMoves: null,
			lost: null,
			rebuiltAtMs: null,
			evidence: evidenceText([row]),
		});
		commits.begin().push(statements.placeOf(noteQuarantined), sessionKey, ...params);
		const forget = (): void => void this.#noted.delete(sessionKey);
		commits.finish(sessionKey, null, { committed: () => undefined, failed: forget });
		return true;
	}
}
