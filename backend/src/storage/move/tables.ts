import type { MovePlace, TableShape } from "./ports.js";

/**
 * What is moved. Every table that a module has made is, without being named here; those that are
 * named need more than that.
 */

/** Rows of one session each: they are read and written together. */
const OF_SESSIONS: ReadonlySet<string> = new Set(["sessions", "artifacts", "moves", "packed_logs"]);

/** What a table of each engine's own is for, and why its rows stay where they are. */
const LEFT_OUT: Readonly<Record<string, string>> = {
	schema_migrations: "each engine has its own migrations",
	service: "the row is made of the source's",
	session_stats: "the sums of all slots become one slot",
	move_progress: "it is about the move itself",
	logs_to_pack: "the list follows from what lies in rows",
	operator_sign_ins: "operators sign in again",
};

export interface MovedTables {
	/** The session's row first: it is read first, so that a change in between is noticed by it. */
	readonly ofSessions: readonly TableShape[];
	readonly others: readonly TableShape[];
}

export async function movedTables(place: Pick<MovePlace, "tables">): Promise<MovedTables> {
	const tables = (await place.tables()).filter(({ name }) => !(name in LEFT_OUT));
	const ofSessions = [...OF_SESSIONS].flatMap((name) =>
		tables.filter((table) => table.name === name),
	);
	return { ofSessions, others: tables.filter(({ name }) => !OF_SESSIONS.has(name)) };
}

export const allOf = ({ ofSessions, others }: MovedTables): TableShape[] => [
	...ofSessions,
	...others,
];

/** Enough of a session to see whether it has changed; its checksum covers its row. */
export const SESSION_MARKS: TableShape = {
	name: "sessions",
	key: ["session_key"],
	columns: ["session_key", "checksum", "seq", "packed", "active"],
	selection: `session_key, checksum, seq, case when result is null then 1 else 0 end as active,
		(select count(*) from packed_logs p where p.session_key = sessions.session_key) as packed`,
};

/** The same on both engines. */
export function conflictClause({ key, columns }: TableShape, replace: boolean): string {
	const others = columns.filter((column) => !key.includes(column));
	if (!replace || others.length === 0) return "on conflict do nothing";
	const updates = others.map((column) => `${column} = excluded.${column}`);
	return `on conflict (${key.join(", ")}) do update set ${updates.join(", ")}`;
}
