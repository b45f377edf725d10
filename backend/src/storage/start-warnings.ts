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
