import {
	applyMove,
	type Move,
	newSession,
	normaliseMove,
	type Session,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";

/**
 * The session as it must be on the server when every move has arrived, by the same rules. Its hash
 * is held against the server's: two sides that disagree find out at once.
 */
export class Mirror {
	readonly #state: SessionState;

	constructor(session: Session) {
		this.#state = newSession(session.seed, Math.round(session.durationSeconds * 1000));
		for (const { id, position, status } of session.artifacts) {
			this.apply({ id: "m", type: "spawn", artifactId: id, ...position });
			this.apply({ id: "m", type: "artifact-status", artifactId: id, status });
		}
		if (session.result !== null) this.#state.result = session.result;
	}

	apply(move: Move): void {
		applyMove(this.#state, normaliseMove(move).body);
	}

	get hash(): string {
		return stateHash(this.#state);
	}

	get score(): number {
		return scoreOf(this.#state);
	}
}
