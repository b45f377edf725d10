import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws that one number decides: the same seed, the same draws. */
export class Chance {
	readonly #generator: ReturnType<typeof xoroshiro128plus>;
	constructor(seed: number) {
		this.#generator = xoroshiro128plus(seed);
		// Its first numbers resemble its seed.
		this.#generator.jump();
	}
	/** Both ends included. */
	int(min: number, max: number): number {
		return uniformInt(this.#generator, min, max);
	}
	percent(of: number): boolean {
		return this.int(0, 99) < of;
	}
	pick<T>(list: readonly T[]): T {
		const found = list[this.int(0, list.length - 1)];
		if (found === undefined) throw new Error("Nothing to pick from.");
		return found;
	}
	bytes(length: number): Buffer {
		return Buffer.from(Array.from({ length }, () => this.int(0, 255)));
	}
}
