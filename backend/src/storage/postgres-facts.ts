import type { Findings } from "./doctor/findings.js";
import type { ServerFacts } from "./doctor/storage-state.js";
import type { PostgresLook } from "./postgres-look.js";

/** What decides whether a commit outlives a crash, the loss of a disk, and a page that rots. */
const SETTINGS = [
	"fsync",
	"full_page_writes",
	"synchronous_commit",
	"synchronous_standby_names",
	"data_checksums",
] as const;

const FACTS = `select current_setting('server_version') as version,
		pg_is_in_recovery()::int as standby, pg_database_size(current_database()) as bytes,
		(select count(*) from pg_stat_activity where datname = current_database()
			and application_name = 'savepoint' and pid <> pg_backend_pid()) as connections,
		${SETTINGS.map((name) => `current_setting('${name}') as ${name}`).join(", ")}`;

/** Describes the server, and what the database takes there. */
export async function readFacts(look: PostgresLook): Promise<ServerFacts> {
	const [row = {}] = await look.select(FACTS);
	return {
		version: `PostgreSQL ${row["version"]}`,
		isStandby: row["standby"] === 1,
		settings: Object.fromEntries(SETTINGS.map((name) => [name, String(row[name])])),
		schemaVersion: await numberOf(look, "schema_migrations", "max(version)"),
		databaseBytes: Number(row["bytes"]),
		slots: await numberOf(look, "session_stats", "count(*)"),
		connections: Number(row["connections"]),
	};
}

async function numberOf(look: PostgresLook, table: string, sql: string): Promise<number | null> {
	if (!(await look.hasTable(table))) return null;
	const [row] = await look.select(`select ${sql} as n from ${table}`);
	return typeof row?.["n"] === "number" ? row["n"] : null;
}

/** What an operator should know about the ground that the database stands on. */
export function noteFacts({ settings, isStandby }: ServerFacts, findings: Findings): void {
	for (const name of ["fsync", "full_page_writes"])
		if (settings[name] === "off")
			findings.addNote(
				`${name} is off: what PostgreSQL commits can be lost with the power, and no server of ours starts on it. Set \`${name} = on\` in postgresql.conf.`,
			);
	if (settings["synchronous_commit"] === "off")
		findings.addNote(
			"synchronous_commit is off in the database: our servers ask for `on` themselves; what other programs commit can be lost.",
		);
	if (settings["data_checksums"] === "off")
		findings.addNote(
			"Data checksums are off: PostgreSQL does not notice a page that changed on the disk. Switch them on with pg_checksums, while it is stopped.",
		);
	if (isStandby)
		findings.addNote("This is a standby: it shows what has reached it of its primary so far.");
}
