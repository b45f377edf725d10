import type { BaseLogger } from "pino";

/**
 * An error as the log shows it: what it is and where it came from. Nothing else that hangs on it,
 * which may be what somebody sent.
 */
export function loggedError(error: unknown): unknown {
	if (!(error instanceof Error)) return { type: typeof error };
	const { name, message, stack, cause } = error;
	const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
	return {
		type: name,
		message,
		code,
		stack,
		...(cause === undefined ? {} : { cause: loggedError(cause) }),
	};
}

/** What every room may log with. Never parameters, never what a player typed. */
export type Log = Pick<BaseLogger, "debug" | "info" | "warn" | "error" | "fatal">;
