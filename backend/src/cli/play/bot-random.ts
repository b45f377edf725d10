/** A number from 0 (included) to 1 (not included). */
export type Random = () => number;

/**
 * The same numbers for the same seed. A Weyl sequence whose terms are mixed by multiplications:
 * good enough to make bots differ, and independent of the generator that draws the levels, so that
 * a bot never knows where the next artifact falls.
 */
export function randomFrom(seed: number): Random {
	let state = Math.imul(seed + 1, 0x9e3779b9);
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
