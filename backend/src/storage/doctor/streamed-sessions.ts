import type { SqlRow } from "../driver.js";
import type { Examination } from "./examination.js";
import { PagedRows } from "./paged-rows.js";
import { examineSession, noFindings, noteStray } from "./session-findings.js";
import { SessionSums } from "./session-sums.js";

export interface StreamedExamination extends Examination {
	readonly quick: boolean;
	/**
	 * Every row of a query, some at a time; of all queries of one examination, and of its `reads`, as
	 * they were at one moment.
	 */
	readonly pages: (sql: string, rowsMax: number) => AsyncIterable<readonly SqlRow[]>;
}

/** Rows held of each table: a terrain and a packed log are kilobytes, a move is not. */
const SESSIONS = { sql: "select * from sessions order by session_key", rowsMax: 100 };
const ARTIFACTS = {
	sql: "select * from artifacts order by session_key, artifact_index",
	rowsMax: 1_000,
};
const MOVES = { sql: "select * from moves order by session_key, seq", rowsMax: 1_000 };
const PACKED = {
	sql: "select session_key, seq, log as packed from packed_logs order by session_key",
	rowsMax: 50,
};
/** Sessions whose findings are gathered before they are added up. */
const PART_SESSIONS = 100;
const STRAYS_MAX = 1_000;

/**
 * As `checkSessions`, for a database that several servers share and that shows one moment for as
 * long as the look takes: every table is read once, side by side in the order of the keys, and
 * memory holds one session and a page of each table.
 */
export async function checkStreamedSessions(examination: StreamedExamination): Promise<void> {
	const { reads, findings, onProgress } = examination;
	// 1. How far it is, and what the counters say; no server changes either under our eyes.
	const [counted, stored, archived] = await reads.atOneMoment(
		["select count(*) as n from sessions"],
		["select max(latest_activity_at) as at from session_stats"],
		(await reads.hasTable("archived_sessions"))
			? ["select max(activity_at) as at from archived_sessions"]
			: ["select null as at"],
	);
	const total = Number(counted?.[0]?.["n"] ?? 0);
	const sums = new SessionSums(findings, timeOf(archived?.[0]));
	const rules = { withTerrain: !examination.quick, activityUntilMs: Number.POSITIVE_INFINITY };
	// 2. The tables, side by side.
	const tables = await openTables(examination);
	let found = noFindings();
	const addUp = (): void => {
		sums.add(found);
		found = noFindings();
	};
	const skipBefore = async (key: number): Promise<void> => {
		for (const [name, rows] of Object.entries(tables.parts))
			await rows.skipBefore(key, (strayKey) => {
				noteStray(found, name, strayKey);
				if (found.strays.size === STRAYS_MAX) addUp();
			});
	};
	for (let done = 0; ; done += 1) {
		if (done % PART_SESSIONS === 0) {
			onProgress({ step: "sessions", done, total });
			addUp();
		}
		const row = await tables.sessions.next();
		const key = row === null ? Number.POSITIVE_INFINITY : Number(row["session_key"]);
		await skipBefore(key);
		if (row === null) break;
		const { artifacts, packed_logs: packed, moves } = tables.parts;
		examineSession(found, rules, row, {
			artifacts: await artifacts.take(key),
			packed: await packed.take(key),
			entries: await moves.take(key),
		});
	}
	onProgress({ step: "sessions", done: total, total });
	addUp();
	sums.conclude(timeOf(stored?.[0]));
}

async function openTables({ reads, pages }: StreamedExamination) {
	const open = ({ sql, rowsMax }: typeof SESSIONS) => new PagedRows(pages(sql, rowsMax));
	const hasPacked = await reads.hasTable("packed_logs");
	return {
		sessions: open(SESSIONS),
		parts: {
			artifacts: open(ARTIFACTS),
			packed_logs: hasPacked ? open(PACKED) : new PagedRows(nothing()),
			moves: open(MOVES),
		},
	};
}

async function* nothing(): AsyncGenerator<readonly SqlRow[]> {
	yield* [];
}

const timeOf = (row: SqlRow | undefined): number | null =>
	typeof row?.["at"] === "number" ? row["at"] : null;
