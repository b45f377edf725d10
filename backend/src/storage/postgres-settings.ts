import { SavepointError } from "../errors.js";
import { type Connections, select } from "./postgres-connection.js";

/** The oldest that the tests' SQL is known to run on. */
const VERSION_MIN = 140_000;

interface Demand {
	readonly setting: string;
	readonly refused: readonly string[];
	readonly remedy: string;
}

/** P1: what makes an answer after COMMIT a promise. */
const DEMANDS: readonly Demand[] = [
	{
		setting: "fsync",
		refused: ["off"],
		remedy: "Set `fsync = on` in postgresql.conf and restart PostgreSQL.",
	},
	{
		setting: "full_page_writes",
		refused: ["off"],
		remedy: "Set `full_page_writes = on` in postgresql.conf and reload PostgreSQL.",
	},
	{
		setting: "synchronous_commit",
		refused: ["off"],
		remedy: "Something on the way to PostgreSQL sets it per connection; let it be `on`.",
	},
];

/**
 * Reads what the server would do with a commit. Rejects with STORAGE_UNSAFE_SETTINGS where that is
 * not durable, with STORAGE_READ_ONLY on a standby, and with what keeps the server from answering.
 */
export async function demandDurableSettings(connections: Connections): Promise<void> {
	const names = DEMANDS.map(({ setting }) => `current_setting('${setting}') as ${setting}`);
	const [row] = await select(
		connections,
		`select ${names.join(", ")}, current_setting('server_version_num')::int as version,
			pg_is_in_recovery()::int as standby`,
	);
	if (row?.["standby"] === 1)
		throw new SavepointError(
			"STORAGE_READ_ONLY",
			"DATABASE_URL names a standby, which takes no writes; name the primary, or all servers with commas between.",
		);
	if (Number(row?.["version"]) < VERSION_MIN)
		throw new SavepointError(
			"STORAGE_UNSAFE_SETTINGS",
			"This PostgreSQL is older than 14; take a newer one.",
		);
	for (const { setting, refused, remedy } of DEMANDS)
		if (refused.includes(String(row?.[setting])))
			throw new SavepointError(
				"STORAGE_UNSAFE_SETTINGS",
				`PostgreSQL runs with ${setting} = ${row?.[setting]}: what it commits can be lost with the power. ${remedy}`,
			);
}
