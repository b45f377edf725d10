import type { ClientEvents } from "@savepoint/client";
import {
	applyMove,
	newSession,
	normaliseMove,
	type Session,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";

/**
 * What a bot knows by itself: it plays every receipted move through the rules of core and compares
 * each word of the server with the outcome. Nobody else plays in its session, so all must agree.
 */
export class Witness {
	readonly #sessionId: string;
	readonly #state: SessionState;
	readonly #disagreements: string[] = [];
	#seq = 0;

	/** `created`: the session as it was answered to the create, before any move. */
	constructor(created: Session) {
		this.#sessionId = created.sessionId;
		this.#state = newSession(created.seed, Math.round(created.durationSeconds * 1000));
		this.#expect("stateHash of the new session", created.stateHash, stateHash(this.#state));
		this.#expect("seq of the new session", created.seq, 0);
	}

	/** One sentence each. */
	get disagreements(): readonly string[] {
		return this.#disagreements;
	}

	receipt({ receipt, move }: ClientEvents["receipt"]): void {
		this.#seq += 1;
		const outcome = applyMove(this.#state, normaliseMove(move).body);
		const expected = outcome.applied ? null : outcome.code;
		this.#expect(`place of move ${move.id}`, receipt.seq, this.#seq);
		this.#expect(`refusal of move ${move.id}`, receipt.code ?? null, expected);
	}

	saved({ seq, stateHash: hash }: ClientEvents["saved"]): void {
		this.#expect("seq with a receipt", seq, this.#seq);
		this.#expect("stateHash with a receipt", hash, stateHash(this.#state));
	}

	/** The session as read back after the game. */
	readBack(stored: Session): void {
		this.#expect("status", stored.status, "ended");
		this.#expect("result", stored.result, this.#state.result);
		this.#expect("score", stored.score, scoreOf(this.#state));
		this.#expect("number of artifacts", stored.artifacts.length, this.#state.artifacts.size);
		this.#expect("seq", stored.seq, this.#seq);
		this.#expect("stateHash", stored.stateHash, stateHash(this.#state));
	}

	#expect(what: string, said: string | number | null, known: string | number | null): void {
		if (said === known) return;
		this.#disagreements.push(
			`session ${this.#sessionId}: ${what}: the server says ${said}, the bot saw ${known}.`,
		);
	}
}
