import type { PlayInput } from "@savepoint/core";

export type Action = keyof PlayInput;

/** Several sources (keys, touch, gamepad) hold actions down; any of them is enough. */
export class Controls {
	readonly #held = new Map<string, Set<Action>>();

	press(source: string, action: Action): void {
		const actions = this.#held.get(source) ?? new Set();
		this.#held.set(source, actions.add(action));
	}

	release(source: string, action: Action): void {
		this.#held.get(source)?.delete(action);
	}

	/** Nothing of this source is held any more: the window lost its focus, a finger left. */
	clear(source: string): void {
		this.#held.delete(source);
	}

	clearAll(): void {
		this.#held.clear();
	}

	get input(): PlayInput {
		const isHeld = (action: Action) =>
			[...this.#held.values()].some((actions) => actions.has(action));
		return {
			left: isHeld("left"),
			right: isHeld("right"),
			jump: isHeld("jump"),
			act: isHeld("act"),
		};
	}
}
