import type { LoggedMove } from "@savepoint/core";

/** One applied move, and the one that came before it in the game that holds now. */
interface Step {
	readonly before: Step | null;
	readonly move: LoggedMove;
}

/**
 * The moves of a log that lead to its state, in order. Where an operator has put an earlier state
 * back, what came after that state is left out, and the operator's entry too; where the state came
 * from another log, the moves before give way to those that make it.
 */
export class StandingMoves {
	#head: Step | null = null;
	/** The last standing move after each entry: where a later restore goes on. */
	readonly #heads = new Map<number, Step | null>();

	/** The next entry of the log, applied or not. */
	add(logged: LoggedMove): void {
		if (logged.asOf !== undefined) this.#head = this.#restored(logged);
		else if (logged.applied) this.#head = { before: this.#head, move: logged };
		this.#heads.set(logged.seq, this.#head);
	}

	moves(): LoggedMove[] {
		const moves: LoggedMove[] = [];
		for (let step = this.#head; step !== null; step = step.before) moves.push(step.move);
		return moves.reverse();
	}

	#restored(logged: LoggedMove): Step | null {
		const { asOf } = logged;
		if (asOf === 0) return null;
		if (asOf !== null && asOf !== undefined) return this.#heads.get(asOf) ?? null;
		let head: Step | null = null;
		for (const move of movesThatMake(logged)) head = { before: head, move };
		return head;
	}
}

function movesThatMake(logged: LoggedMove): LoggedMove[] {
	const { artifacts = [], result } = logged;
	const { asOf: _other, artifacts: _state, result: _result, ...common } = logged;
	const spawns = artifacts.map(({ id, position }): LoggedMove => {
		const { x, y } = position;
		return { ...common, type: "spawn", artifactId: id, x, y };
	});
	const statuses = artifacts
		.filter(({ status }) => status !== "inAir")
		.map(
			({ id, status }): LoggedMove =>
				status === "deposited"
					? { ...common, type: "deposit", artifactId: id }
					: { ...common, type: "artifact-status", artifactId: id, status },
		);
	const end: LoggedMove = {
		...common,
		type: "end",
		result: result === "abandoned" ? null : (result ?? null),
	};
	return [...spawns, ...statuses, ...(result === null ? [] : [end])];
}
