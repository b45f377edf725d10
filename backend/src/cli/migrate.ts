import { Argument, type Command } from "commander";
import type { Log } from "../log.js";
import type { MigrateUpReport } from "../storage/engine.js";
import type { MigrationStanding, MigrationStatus } from "../storage/migration-status.js";
import { engineOf } from "../storage/open.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { storageOption, storagePlace } from "./support/place.js";
import { timeText } from "./support/words.js";

interface MigrateFlags {
	readonly db?: string;
	readonly json?: true;
}

const HELP = `
status, also when no action is named, lists every migration and changes nothing; it works beside a
running server. up applies what is pending, under the same lock and by the same code as a server's
start. A database file: stop the server first; a verified copy is made before data is migrated. A
database server: each migration is applied once, whoever starts meanwhile; make a dump before.

Examples:
  savepoint migrate
  savepoint migrate status --json
  savepoint migrate up --db /srv/savepoint/game.sqlite
  savepoint migrate status --db DATABASE_URL

Exit codes: 0 done, or nothing to do · 2 wrong usage · 66 there is no database (status) ·
80 a server uses the database (up) · 83 newer schema · 84 a migration was changed · 85 one is
missing · others are listed in docs/reference/cli.md`;

/** Adds the verb `migrate` with `status` and `up`. */
export function addMigrateCommand(program: Command): void {
	program
		.command("migrate")
		.description("show or apply the migrations of the database")
		.addArgument(new Argument("[action]", "what to do").choices(["status", "up"]).default("status"))
		.addOption(storageOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action((action: string, flags: MigrateFlags) =>
			reporting(action === "up" ? up : status)(flags),
		);
}

async function status(flags: MigrateFlags): Promise<void> {
	const found = await engineOf(storagePlace(flags.db)).readMigrationStatus();
	if (flags.json && found.refusal === null) printJson(statusJson(found));
	if (!flags.json) print(...statusText(found));
	if (found.refusal !== null) throw found.refusal;
}

const statusJson = ({ database, migrations }: MigrationStatus) => ({
	database,
	pending: migrations.filter(({ checksum }) => checksum === "pending").length,
	migrations: migrations.map(({ version, name, appliedAtMs, checksum }) => ({
		version,
		name,
		appliedAt: appliedAtMs === null ? null : timeText(appliedAtMs),
		checksum,
	})),
});

function statusText({ database, migrations }: MigrationStatus): string[] {
	const pending = migrations.filter(({ checksum }) => checksum === "pending").length;
	return [
		database,
		...migrations.map(
			(migration) =>
				`  ${numberText(migration.version)} ${migration.name}  ${standingText(migration)}`,
		),
		pending === 0
			? "Nothing is pending."
			: `Pending: ${pending}. A server applies them at start; so does \`savepoint migrate up\`.`,
	];
}

const standingText = ({ appliedAtMs, checksum }: MigrationStanding): string =>
	checksum === "pending" ? "pending" : `applied ${timeText(appliedAtMs)}, checksum ${checksum}`;

async function up(flags: MigrateFlags): Promise<void> {
	const copies: string[] = [];
	const report = await engineOf(storagePlace(flags.db)).migrateUp(noteCopies(copies));
	const copy = copies[0] ?? null;
	if (flags.json) printJson({ ...report, copy });
	else print(...upText(report, copy));
}

function upText(report: MigrateUpReport, copy: string | null): string[] {
	const { database, applied, warnings, recovery } = report;
	return [
		...(recovery === null ? [] : [`RECOVERED: ${recovery.reason} ${recovery.outcome}`]),
		...warnings.map((warning) => `Warning: ${warning}`),
		...(copy === null ? [] : [`copied to ${copy} before`]),
		...applied.map(({ version, name }) => `applied ${numberText(version)} ${name}`),
		applied.length === 0
			? `${database} is up to date; nothing was pending.`
			: `${database} is up to date.`,
	];
}

const numberText = (version: number): string => String(version).padStart(6, "0");

/** The opening tells in its log where it has put the copy; its warnings come back in the report. */
function noteCopies(copies: string[]): Log {
	const silent = (): void => undefined;
	const info = (record: unknown): void => {
		if (typeof record !== "object" || record === null || !("backup" in record)) return;
		if (typeof record.backup === "string") copies.push(record.backup);
	};
	return { debug: silent, info, warn: silent, error: silent, fatal: silent };
}
