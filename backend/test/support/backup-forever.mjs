// Takes backups, proves and prunes them, or restores, again and again, until it is killed.
import { BackupKeeper } from "@savepoint/backend/operations/backup-keeper";
import { proveCopy } from "@savepoint/backend/operations/prove-copy";
import { restoreDatabase } from "@savepoint/backend/operations/restore-database";
import { copyAtRest } from "@savepoint/backend/storage/upkeep";

const [what, database, directory] = process.argv.slice(2);
const ignore = () => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };
const keeper = new BackupKeeper({
	directory,
	config: { everyMinutes: 60, keep: { hours: 1, days: 0, weeks: 0 } },
	copyTo: (target, tell) => copyAtRest(database, target, tell),
	changes: () => Math.random(),
	generation: 1,
	log,
	now: Date.now,
	prove: proveCopy,
});
const config = {
	engine: "sqlite",
	path: database,
	backupDirectory: directory,
	requireVolume: false,
	allowNetworkFileSystem: false,
	testFault: null,
};
process.stdout.write("begun\n");
for (;;) {
	if (what === "backup") await keeper.takeDue();
	else
		await restoreDatabase({
			config,
			from: "latest",
			force: true,
			full: false,
			now: Date.now,
			prove: proveCopy,
		});
	process.stdout.write("once\n");
}
