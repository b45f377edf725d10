export { botInput } from "./bot.js";
export { dropperXFixed, isStunned, nextDropOf, WARNING_MS, WIND_UP_MS } from "./droppers.js";
export { moveOf, type PlayEvent, type PlayMove } from "./events.js";
export { readWorld, restoreWorld } from "./restore.js";
export { stepWorld } from "./step.js";
export { STEP_MS } from "./step-ms.js";
export type { TroubleWave } from "./trouble.js";
export * from "./world.js";
