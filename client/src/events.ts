type Listener<T> = (event: T) => void;

/**
 * A typed emitter. A listener that throws disturbs neither the other listeners nor the delivery of
 * moves: its error surfaces in a task of its own, as an uncaught error of the page or process.
 */
export class Emitter<Events extends object> {
	readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};

	/** Returns a function that removes the listener again. */
	on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
		let listeners = this.#listeners[name];
		if (listeners === undefined) {
			listeners = new Set();
			this.#listeners[name] = listeners;
		}
		listeners.add(listener);
		return () => {
			this.#listeners[name]?.delete(listener);
		};
	}

	emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
		for (const listener of [...(this.#listeners[name] ?? [])]) {
			try {
				listener(event);
			} catch (error) {
				queueMicrotask(() => {
					throw error;
				});
			}
		}
	}
}
