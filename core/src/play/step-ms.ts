/** 125 steps a second: every frame of a usual screen has one, and run and fall are whole numbers. */
export const STEP_MS = 8;
