import { generateLevel } from "../../core/dist/level.js";

const DURATION_SECONDS = 600;

/** What a session holds of its level. The workspaces must be built; `npm run bench` sees to that. */
export function drawLevel(seed) {
	const { terrain, trashCan, playerSpeedPercent } = generateLevel(seed, DURATION_SECONDS * 1000);
	return { seed, durationSeconds: DURATION_SECONDS, terrain, trashCan, playerSpeedPercent };
}
