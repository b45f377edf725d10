import { createHash, type Hash } from "node:crypto";
import { SELECT_HISTORY } from "../migrate.js";
import { nextSessions } from "./copy.js";
import {
	type ContentLine,
	cellOf,
	cellsOf,
	columnsOf,
	EXPORT_FORMAT,
	EXPORT_VERSION,
	type ExportHeader,
	type ExportTrailer,
} from "./export-format.js";
import type { MovePlace, SessionRows, TableShape, TellMove } from "./ports.js";
import { COPIED, countersRow } from "./service-marks.js";
import { allOf, type MovedTables, movedTables } from "./tables.js";

/**
 * A storage as lines of text, in the order of the keys. The same content gives the same lines
 * between header and trailer on every engine. Call `freeze` before.
 */
export async function* exportLines(
	place: MovePlace,
	at: Date,
	tell: TellMove,
): AsyncGenerator<string, ExportTrailer> {
	const tables = await movedTables(place);
	const all = createHash("sha256");
	const header = `${JSON.stringify(await headerOf(place, tables, at))}\n`;
	all.update(header);
	yield header;
	const content = createHash("sha256");
	const counts = yield* contentLines(place, tables, [all, content], tell);
	const trailer: ExportTrailer = {
		end: true,
		...counts,
		lines: counts.lines + 1,
		contentSha256: content.digest("hex"),
		sha256: all.digest("hex"),
	};
	yield `${JSON.stringify(trailer)}\n`;
	return trailer;
}

/** What the lines between header and trailer of this storage hash to. */
export async function contentSha256(place: MovePlace, tell: TellMove): Promise<string> {
	const content = createHash("sha256");
	const lines = contentLines(place, await movedTables(place), [content], tell);
	while ((await lines.next()).done !== true);
	return content.digest("hex");
}

async function headerOf(place: MovePlace, tables: MovedTables, at: Date): Promise<ExportHeader> {
	const history = await place.select(SELECT_HISTORY);
	const [service] = await place.select("select * from service where id = 1");
	return {
		format: EXPORT_FORMAT,
		version: EXPORT_VERSION,
		schema: Number(history.at(-1)?.["version"] ?? 0),
		instance: String(service?.["instance_id"] ?? ""),
		generation: Number(service?.["generation"] ?? 1),
		exportedAt: at.toISOString(),
		columns: columnsOf(allOf(tables)),
	};
}

interface Counts {
	readonly lines: number;
	readonly sessions: number;
	readonly moves: number;
}

async function* contentLines(
	place: MovePlace,
	tables: MovedTables,
	hashes: readonly Hash[],
	tell: TellMove,
): AsyncGenerator<string, Counts> {
	const counts = { lines: 0, sessions: 0, moves: 0 };
	const textOf = (line: ContentLine): string => {
		const text = `${JSON.stringify(line)}\n`;
		for (const hash of hashes) hash.update(text);
		counts.lines += 1;
		return text;
	};
	// 1. Sessions, each with all that is stored of it.
	const total = await place.count("sessions");
	let after = -1;
	for (;;) {
		const keys = await nextSessions(place, after);
		if (keys.length === 0) break;
		after = keys.at(-1) ?? after;
		const bySession = groupRows(
			tables.ofSessions,
			await place.sessionRows(tables.ofSessions, keys),
		);
		for (const key of keys) {
			const session = bySession.get(key) ?? {};
			counts.sessions += 1;
			counts.moves += movesIn(session);
			yield textOf({ session: cellsOfSession(tables.ofSessions, session) });
		}
		tell({ step: "sessions", done: counts.sessions, total });
	}
	// 2. Everything else, row by row.
	for (const table of tables.others) {
		let rows = 0;
		for await (const page of place.pages(table, null)) {
			for (const row of page) yield textOf({ table: table.name, row: cellsOf(table.columns, row) });
			rows += page.length;
			tell({ step: table.name, done: rows, total: rows });
		}
	}
	// 3. The storage itself.
	const [service] = await place.select("select * from service where id = 1");
	yield textOf({
		service: Object.fromEntries(
			COPIED.map((column) => [column, cellOf(service?.[column] ?? null)]),
		),
	});
	yield textOf({ counters: (await countersRow(place)).map(cellOf) });
	return counts;
}

/** Rows of one session, by table. */
type SessionContent = Readonly<Record<string, SqlRows>>;
type SqlRows = readonly Readonly<Record<string, string | number | null | Uint8Array>>[];

function groupRows(
	tables: readonly TableShape[],
	rows: SessionRows,
): ReadonlyMap<number, SessionContent> {
	const sessions = new Map<number, Record<string, SqlRows[number][]>>();
	for (const { name } of tables)
		for (const row of rows.get(name) ?? []) {
			const key = Number(row["session_key"]);
			const session = sessions.get(key) ?? {};
			sessions.set(key, session);
			session[name] ??= [];
			session[name].push(row);
		}
	return sessions;
}

const cellsOfSession = (tables: readonly TableShape[], session: SessionContent) =>
	Object.fromEntries(
		tables.flatMap(({ name, columns }) => {
			const rows = session[name];
			return rows === undefined ? [] : [[name, rows.map((row) => cellsOf(columns, row))]];
		}),
	);

const movesIn = (session: SessionContent): number =>
	(session["moves"]?.length ?? 0) + Number(session["packed_logs"]?.[0]?.["seq"] ?? 0);
