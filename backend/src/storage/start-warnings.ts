import { LOW_SPACE_BYTES } from "../limits.js";

/** Two clocks of one machine, before and after a reboot, may differ so much. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * B6: what is worth a warning once the database is open. `lastStoredAtMs`: the newest time that a
 * server has stored; times of moves would go back behind it.
 */
export function clockWarnings(lastStoredAtMs: number, nowMs: number): string[] {
	const behindMs = lastStoredAtMs - nowMs;
	if (behindMs <= CLOCK_TOLERANCE_MS) return [];
	return [
		`The clock of this machine is ${Math.round(behindMs / 1000)} seconds behind the last time that was ` +
			"stored, so sessions would run too long; set the clock (with NTP), then start again.",
	];
}

const MIB = 1024 * 1024;

/** F3: said while there is still room to do something about it. */
export function spaceWarnings(directory: string, freeBytes: number): string[] {
	if (freeBytes >= LOW_SPACE_BYTES) return [];
	return [
		`${directory} has ${(freeBytes / MIB).toFixed(1)} MiB left, less than ${LOW_SPACE_BYTES / MIB} MiB, and ` +
			"when there is none the server only reads; make room there, or move the data to a larger disk.",
	];
}
