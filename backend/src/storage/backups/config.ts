/** How many backups the schedule keeps: the newest of each hour, day and week. */
export interface Keep {
	readonly hours: number;
	readonly days: number;
	readonly weeks: number;
}

/** How often a server makes backups, and how many of them it keeps. */
export interface BackupConfig {
	/** 0: it makes none by itself. */
	readonly everyMinutes: number;
	readonly keep: Keep;
}

const EVERY_MINUTES_MAX = 7 * 24 * 60;
const KEEP = /^(\d{1,4})h,(\d{1,4})d,(\d{1,4})w$/;

/** Adds a sentence for each mistake. */
export function readBackupConfig(every: string, keep: string, mistakes: string[]): BackupConfig {
	const everyMinutes = Number(every);
	const isNumber = /^\d{1,5}$/.test(every) && everyMinutes <= EVERY_MINUTES_MAX;
	if (!isNumber)
		mistakes.push(
			`SAVEPOINT_BACKUP_EVERY_MINUTES is "${every}"; it takes a whole number from 0 to ${EVERY_MINUTES_MAX}.`,
		);
	const counts = KEEP.exec(keep.replaceAll(" ", ""));
	if (counts === null)
		mistakes.push(
			`SAVEPOINT_BACKUP_KEEP is "${keep}"; it takes how many hours, days and weeks, as in 24h,7d,4w.`,
		);
	const [, hours, days, weeks] = (counts ?? []).map(Number);
	return {
		everyMinutes: isNumber ? everyMinutes : 0,
		keep: { hours: hours ?? 0, days: days ?? 0, weeks: weeks ?? 0 },
	};
}
