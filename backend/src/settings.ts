/**
 * Every environment variable of the server: its default and what it means. `config.ts` reads by
 * this list, and `docs/reference/configuration.md` shows it; `test/config.test.ts` holds the
 * three together.
 */
export interface Setting {
	/** As it would be written in the environment; empty: not set. */
	readonly default: string;
	readonly meaning: string;
}

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SETTINGS = {
	PORT: { default: "3333", meaning: "Port to listen on; 0 takes any free one." },
	HOST: {
		default: "127.0.0.1",
		meaning: "Address to listen on; 0.0.0.0 makes the server reachable from other machines.",
	},
	SAVEPOINT_DB_PATH: {
		default: "data/savepoint.sqlite",
		meaning: "The database file. Its directory is made when it is missing.",
	},
	DATABASE_URL: {
		default: "",
		meaning:
			"Address of a PostgreSQL database, `postgres://user:password@host:port/database`, which several servers may share. Not set: the database file.",
	},
	SAVEPOINT_BACKUP_DIR: {
		default: "",
		meaning:
			"Directory of the backups. Not set: `backups` beside the database. Another disk is better.",
	},
	SAVEPOINT_BACKUP_EVERY_MINUTES: {
		default: "60",
		meaning: "How often the server makes a backup when something has changed; 0: never by itself.",
	},
	SAVEPOINT_BACKUP_KEEP: {
		default: "24h,7d,4w",
		meaning:
			"How many of its own backups the server keeps: the newest of so many hours, days and weeks. The newest proven one always stays.",
	},
	SAVEPOINT_REQUIRE_VOLUME: {
		default: "false",
		meaning: "Refuse a data directory that would vanish with the container.",
	},
	SAVEPOINT_ALLOW_NETWORK_FILESYSTEM: {
		default: "false",
		meaning: "Open a database on NFS or SMB all the same, at your own risk.",
	},
	SAVEPOINT_WRITES_PER_MINUTE: {
		default: "600",
		meaning: "HTTP calls that write, for each client address; 0 turns the limit off.",
	},
	SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: {
		default: "6000",
		meaning: "Messages on each live connection; 0 turns the limit off.",
	},
	SAVEPOINT_TRUST_PROXY: {
		default: "",
		meaning:
			"Addresses and networks of your proxies, with commas between: only they are believed about a client's address.",
	},
	SAVEPOINT_REQUEST_TIMEOUT_SECONDS: {
		default: "30",
		meaning: "A request that has not arrived whole by then is answered 408.",
	},
	SAVEPOINT_RETENTION_DAYS: {
		default: "30",
		meaning:
			"Ended sessions are removed after so many days; results, scores and statistics stay. 0 keeps all.",
	},
	SAVEPOINT_RETENTION_UNDO_DAYS: {
		default: "7",
		meaning: "What was removed can be brought back for so many days; then it is deleted.",
	},
	SAVEPOINT_ADMIN_PASSWORD: {
		default: "",
		meaning:
			"Turns the operator's console on, at `/console`, and is what it asks for; at least 12 characters.",
	},
	SAVEPOINT_ADMIN_PASSWORD_HASH: {
		default: "",
		meaning:
			"In its place: what `savepoint hash-password` printed, so that no password stands in a file.",
	},
	SAVEPOINT_METRICS_TOKEN: {
		default: "",
		meaning:
			"Who shows it as a bearer token may read `/metrics`, from anywhere; at least 16 characters. Not set: calls from this machine only, without a proxy.",
	},
	LOG_LEVEL: {
		default: "",
		meaning:
			"fatal, error, warn, info, debug, trace or silent. Not set: info, and warn where standard error is a terminal.",
	},
	SAVEPOINT_TEST_FAULT: {
		default: "",
		meaning: "For tests only: switches on a fault that they must notice. Never set it.",
	},
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
