import type { Progress } from "../storage/doctor/report.js";

/**
 * The server's local socket: one line of JSON asks, lines of JSON answer, the last of them `done`
 * or `failed`. Only who may open the socket, mode 0600, may ask (G5).
 */
export const CONTROL_VERSION = 1;

export interface ControlRequest {
	readonly version: number;
	readonly verb: string;
	readonly args: unknown;
}

export type ControlReply =
	| { readonly kind: "progress"; readonly progress: Progress }
	| { readonly kind: "done"; readonly result: unknown }
	| { readonly kind: "failed"; readonly code: string; readonly reason: string };

/** A longer line is nothing that a verb asks. */
export const REQUEST_BYTES_MAX = 64 * 1024;

export const lineOf = (message: ControlRequest | ControlReply): string =>
	`${JSON.stringify(message)}\n`;

/** null: not JSON, or not an object. */
export function parseLine(line: string): Readonly<Record<string, unknown>> | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null ? { ...value } : null;
	} catch {
		return null;
	}
}
