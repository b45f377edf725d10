import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Whole numbers from `min` to `max`, both included, each as likely. */
export type Draw = (min: number, max: number) => number;

/**
 * What is drawn from its own stream, so that something new (or one draw more) in one of them leaves
 * the others as they were. The numbers are part of every level: never reuse or renumber one.
 */
export const STREAMS = { terrain: 1, drops: 2, trouble: 3 } as const;

/**
 * Stream `stream` of `seed`: the generator moved on 2^64 steps for each stream, so that no two
 * overlap. There is no stream 0, because the generator's very first numbers resemble its seed.
 */
export function drawFrom(seed: number, stream: number): Draw {
	const generator = xoroshiro128plus(seed);
	for (let jumps = 0; jumps < stream; jumps += 1) generator.jump();
	return (min, max) => uniformInt(generator, min, max);
}
