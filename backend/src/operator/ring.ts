/** The last values that were put in, oldest first; what no longer fits goes. */
export class Ring<T> {
	readonly #slots: T[] = [];
	readonly #size: number;
	/** Where the next one goes once all slots are taken: the oldest stands there. */
	#at = 0;

	constructor(size: number) {
		this.#size = size;
	}

	push(value: T): void {
		if (this.#slots.length < this.#size) {
			this.#slots.push(value);
			return;
		}
		this.#slots[this.#at] = value;
		this.#at = (this.#at + 1) % this.#size;
	}

	values(): T[] {
		return [...this.#slots.slice(this.#at), ...this.#slots.slice(0, this.#at)];
	}
}
