/** Numbers, sizes and times for people. */
const count = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const minute = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const second = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export const countText = (value: number): string => count.format(value);
export const shortText = (value: number): string => short.format(value);
export const timeText = (iso: string | null): string =>
	iso === null ? "–" : moment.format(new Date(iso));
export const dayText = (iso: string): string => day.format(new Date(iso));
export const minuteText = (iso: string): string => minute.format(new Date(iso));
export const secondText = (iso: string): string => second.format(new Date(iso));

export function bytesText(bytes: number | null): string {
	if (bytes === null) return "–";
	const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
	const value = bytes / 1024 ** power;
	return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

export const msText = (ms: number): string =>
	ms < 10 ? `${ms.toFixed(2)} ms` : `${countText(Math.round(ms))} ms`;

/** A time that may be long, by its two greatest units: `2 min 54 s`. */
export function durationText(ms: number): string {
	if (ms < 1_000) return msText(ms);
	const seconds = Math.round(ms / 1_000);
	const at = LENGTHS.findIndex(([, length]) => seconds >= length);
	const [[unit, size] = ["s", 1], next] = LENGTHS.slice(at);
	const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
	const whole = `${Math.floor(seconds / size)} ${unit}`;
	return rest === 0 ? whole : `${whole} ${rest} ${next?.[0]}`;
}

const LENGTHS: readonly (readonly [unit: string, seconds: number])[] = [
	["d", 86_400],
	["h", 3_600],
	["min", 60],
	["s", 1],
];

/** A count and its noun, which gets an s. */
export const nounText = (value: number, noun: string): string =>
	`${countText(value)} ${noun}${value === 1 ? "" : "s"}`;

const AGES: readonly [string, number][] = [
	["day", 86_400],
	["hour", 3_600],
	["minute", 60],
];

export function agoText(iso: string | null, nowMs = Date.now()): string {
	if (iso === null) return "never";
	const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
	const [unit, size] = AGES.find(([, length]) => seconds >= length) ?? ["second", 1];
	const number = Math.floor(seconds / size);
	return `${number} ${unit}${number === 1 ? "" : "s"} ago`;
}
