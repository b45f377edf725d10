import { dirname, join } from "node:path";
import type { ConsoleParts } from "./console-service.js";
import { SET_ASIDE_LISTED_MAX } from "./limits.js";
import type { Log } from "./log.js";
import type { AuditBook } from "./operator/audit-book.js";
import { BackupDesk } from "./operator/backup-desk.js";
import type { Console } from "./operator/console.js";
import { QuarantineDesk } from "./operator/quarantine-desk.js";
import { StorageHistoryBook } from "./operator/storage-history.js";
import { watchProcess } from "./process-vitals.js";
import { backupDirectoryOf } from "./storage/config.js";
import { readDiskUse } from "./storage/disk-use.js";
import { QuarantineDirectory } from "./storage/quarantined/quarantine-directory.js";
import { listSetAside, type SetAsideDirectory } from "./storage/set-aside-files.js";
import { databaseAt } from "./storage/upkeep.js";

type UpkeepParts = Pick<ConsoleParts, "config" | "storage" | "backups" | "report" | "log" | "now">;

/** What operators see and ask for so that what is stored stays: the rest is `console-service.ts`. */
export function openUpkeep(
	parts: UpkeepParts,
	audit: AuditBook,
): Pick<Console, "backups" | "quarantine" | "storage"> {
	const { config, report, log, now } = parts;
	const { driver } = parts.storage;
	return {
		backups: new BackupDesk({
			engine: driver.engine,
			works: parts.backups,
			directory: backupDirectoryOf(config.storage),
			config: config.backups,
			audit,
			log,
			now,
		}),
		quarantine: new QuarantineDesk({
			rows: new QuarantineDirectory(driver),
			recovery: () => report().recovery,
			setAside: () => readSetAside(report().file, log),
		}),
		storage: openStorageHistory(parts),
	};
}

function openStorageHistory({ report, log, now }: UpkeepParts): Console["storage"] {
	const vitals = watchProcess();
	const book = new StorageHistoryBook({
		report,
		diskUse: () => readDiskUse(report().file),
		vitals: vitals.read,
		log,
		now,
	});
	return {
		read: (span) => book.read(span),
		start: () => book.start(),
		stop() {
			book.stop();
			vitals.stop();
		},
	};
}

/** A directory that cannot be read must not hide the sessions that were set aside. */
async function readSetAside(database: string | null, log: Log): Promise<SetAsideDirectory[]> {
	// A database server sets nothing aside.
	if (database === null) return [];
	try {
		const directory = join(dirname(databaseAt(database)), "quarantine");
		return await listSetAside(directory, SET_ASIDE_LISTED_MAX);
	} catch (error) {
		log.warn({ err: error }, "the quarantine directory cannot be read");
		return [];
	}
}
