// `postgres` 3.4 (Unlicense, no dependencies): it pipelines, so that a batch is one way there and
// back; `pg` sends one statement at a time.
import postgres, { type Sql } from "postgres";
import {
	DATABASE_CONNECT_SECONDS,
	DATABASE_LOCK_TIMEOUT_MS,
	DATABASE_RECONNECT_SECONDS,
	DATABASE_STATEMENT_TIMEOUT_MS,
} from "../limits.js";
import type { SqlRow, SqlValue } from "./driver.js";
import { PostgresHosts } from "./postgres-hosts.js";

const BIGINT = 20;
const NUMERIC = 1700;

export type Connections = Sql<{ bigint: number }>;

export interface ConnectionOptions {
	readonly url: string;
	/**
	 * `on` unless a test wants to see losses: what is told as saved is synced (P1). null: as the
	 * database has it, for who writes nothing.
	 */
	readonly synchronousCommit: "on" | "local" | null;
	readonly max: number;
	/** Statements and transactions may take as long as they need: for a verb, not for a server. */
	readonly isPatient?: boolean;
	/** A server that takes no writes will do, where the address names just that one. */
	readonly mayBeStandby?: boolean;
	readonly onWarning?: (message: string) => void;
}

/**
 * Connections to the server that takes writes; none is made before the first query. Every number
 * we keep fits a double, so the eight-byte integers that come as text become numbers (P6).
 */
export function connect({
	url,
	synchronousCommit,
	max,
	isPatient = false,
	mayBeStandby = false,
	onWarning,
}: ConnectionOptions): Connections {
	const statementTimeoutMs = isPatient ? 0 : DATABASE_STATEMENT_TIMEOUT_MS;
	const hosts = PostgresHosts.of(url);
	return postgres(url, {
		...(hosts === null ? {} : { ...hosts.first, socket: () => hosts.socket() }),
		max,
		// A connection that waits for its next use is no reason to stay alive.
		idle_timeout: 60,
		connect_timeout: DATABASE_CONNECT_SECONDS,
		// Soon, again and again: the queue decides how often it asks.
		backoff: () => DATABASE_RECONNECT_SECONDS,
		fetch_types: false,
		// Not "read-write": to that the client counts a standby, which only says that it is one.
		...(mayBeStandby && hosts?.count === 1 ? {} : { target_session_attrs: "primary" }),
		types: {
			bigint: { to: BIGINT, from: [BIGINT, NUMERIC], parse: Number, serialize: String },
		},
		connection: {
			application_name: "savepoint",
			...(synchronousCommit === null ? {} : { synchronous_commit: synchronousCommit }),
			default_transaction_isolation: "read committed",
			lock_timeout: DATABASE_LOCK_TIMEOUT_MS,
			statement_timeout: statementTimeoutMs,
			// A client that was killed holds its locks no longer than this.
			client_connection_check_interval: DATABASE_LOCK_TIMEOUT_MS,
			idle_in_transaction_session_timeout: statementTimeoutMs,
		},
		onnotice: (notice) => {
			if (notice["severity"] === "WARNING") onWarning?.(String(notice["message"]));
		},
	});
}

/** What the client takes as a parameter: every value we keep, as it is. */
export const asParameter = (value: SqlValue): string | number | null | Uint8Array => value;

export async function select(
	connections: Pick<Connections, "unsafe">,
	sql: string,
	params: readonly SqlValue[] = [],
): Promise<SqlRow[]> {
	const rows = await connections.unsafe(sql, params.map(asParameter), { prepare: true });
	return [...rows] as SqlRow[];
}

/** The address as people may see it. */
export function shownAddress(url: string): string {
	try {
		const { protocol, username, host, pathname } = new URL(url);
		return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`;
	} catch {
		// Several hosts in one address, which `URL` does not take.
		return url.replace(/:[^:@/]*@/, "@").replace(/\?.*$/, "");
	}
}
