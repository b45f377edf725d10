import type { Command } from "commander";

/**
 * Every verb and the file that knows it. Only the verb that is called is loaded: a look at the
 * statistics does not wait for the web server's code.
 */
export const VERBS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
	serve: async () => (await import("../serve.js")).addServeCommand,
	doctor: async () => (await import("../doctor.js")).addDoctorCommand,
	repair: async () => (await import("../repair.js")).addRepairCommand,
	stats: async () => (await import("../stats.js")).addStatsCommand,
	migrate: async () => (await import("../migrate.js")).addMigrateCommand,
	backup: async () => (await import("../backup.js")).addBackupCommand,
	backups: async () => (await import("../backups.js")).addBackupsCommand,
	restore: async () => (await import("../restore.js")).addRestoreCommand,
	"hash-password": async () => (await import("../hash-password.js")).addHashPasswordCommand,
	retention: async () => (await import("../retention.js")).addRetentionCommand,
	move: async () => (await import("../move.js")).addMoveCommand,
	export: async () => (await import("../export.js")).addExportCommand,
	import: async () => (await import("../import.js")).addImportCommand,
	play: async () => (await import("../play.js")).addPlayCommand,
	seed: async () => (await import("../seed.js")).addSeedCommand,
	crashtest: async () => (await import("../crashtest.js")).addCrashtestCommand,
};

/** The verb that the arguments begin with, where it is one of ours. */
export function calledVerb(args: readonly string[]): string | null {
	const [first] = args;
	return first !== undefined && Object.hasOwn(VERBS, first) ? first : null;
}
