/** The server's local day of a moment, as a number like 20261122: what `sessionsToday` counts by. */
export const localDay = (timeMs: number): number => {
	const date = new Date(timeMs);
	return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
};
