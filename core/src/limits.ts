/** Every bound that server and browser must agree on. */
export const LEVEL_WIDTH = 1024;
export const LEVEL_HEIGHT = 683;
/** A spawn may lie this far outside the level, on each side. */
export const SPAWN_MARGIN = 64;
export const DURATION_SECONDS_MIN = 10;
export const DURATION_SECONDS_MAX = 600;
export const DURATION_SECONDS_DEFAULT = 60;
export const ARTIFACTS_PER_SESSION_MAX = 500;
export const MOVES_PER_SESSION_MAX = 10_000;
export const MOVES_PER_BATCH_MAX = 256;
export const ID_LENGTH_MAX = 64;
export const BODY_BYTES_MAX = 100 * 1024;
/** A play time later than this is nonsense: ten times the longest sprint. */
export const PLAY_TIME_MS_MAX = DURATION_SECONDS_MAX * 1000 * 10;
