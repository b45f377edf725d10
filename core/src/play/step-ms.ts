/** 125 steps a second: a frame of any screen has one at least, and run and fall stay whole numbers. */
export const STEP_MS = 8;
