/** Numbers and times as a person reads them. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function bytesText(bytes: number | null): string {
	if (bytes === null) return "none";
	let size = bytes;
	let unit = 0;
	for (; size >= 1024 && unit < UNITS.length - 1; unit += 1) size /= 1024;
	return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}

export const countText = (count: number): string => count.toLocaleString("en-US");

/** "1 session", "2,000 sessions". */
export const nounText = (count: number, noun: string): string =>
	`${countText(count)} ${noun}${count === 1 ? "" : "s"}`;

export const timeText = (timeMs: number | null): string =>
	timeMs === null ? "never" : new Date(timeMs).toISOString();

/** Lines of "name   value", with the values below each other. */
export function columns(rows: readonly (readonly [name: string, value: string])[]): string[] {
	const width = Math.max(...rows.map(([name]) => name.length)) + 2;
	return rows.map(([name, value]) => `${name.padEnd(width)}${value}`);
}
