import { GRAVITY_PX_PER_S2 } from "../game-facts.js";
import { STEP_MS } from "./step-ms.js";

export const FALL_FIXED_PER_STEP = GRAVITY_PX_PER_S2 * STEP_MS;

/** How far something with this speed falls in a step: the exact parabola, to the thousandth. */
export function fallFixed(vyFixed: number): number {
	return Math.round(((vyFixed + FALL_FIXED_PER_STEP / 2) * STEP_MS) / 1000);
}
