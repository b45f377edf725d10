import type { BaseLogger } from "pino";

/** What every room may log with. Never parameters, never what a player typed. */
export type Log = Pick<BaseLogger, "debug" | "info" | "warn" | "error" | "fatal">;
