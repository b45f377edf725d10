// Goal: no stored byte of a session can change unseen. Method: each column of each row of a session
// in turn is given another value, and the rebuild has to name what does not verify.
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlRow } from "#src/storage/driver.js";
import { Rebuild } from "#src/storage/rebuild.js";
import { UnreadableRow } from "#src/storage/serializers.js";
import { DRIVERS } from "../support/drivers.js";
import { deposit, end, lay, move, OpenStore, SPAWN, spawn } from "../support/open-store.js";

interface Rows {
	readonly session: SqlRow;
	readonly artifacts: SqlRow[];
	readonly log: SqlRow[];
}

const rebuild = ({ session, artifacts, log }: Rows) => {
	const built = new Rebuild(session, artifacts);
	built.feed(log);
	return built.finish();
};
const other = (value: unknown): string | number =>
	typeof value === "number" ? value + 1 : `${value ?? ""}x`;
const changedAt = (rows: readonly SqlRow[], at: number, column: string): SqlRow[] =>
	rows.map((row, place) => (place === at ? { ...row, [column]: other(row[column]) } : row));

describe("a rebuild", () => {
	let rows: Rows;
	let database: Database.Database;

	beforeAll(async () => {
		const [kit] = DRIVERS;
		if (kit === undefined) throw new Error("no driver");
		const open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		await open.single(sessionId, SPAWN, "k");
		await open.play(sessionId, [
			move("1", spawn("a"), 5),
			move("2", deposit("x"), 6),
			move("3", lay("a")),
			move("4", end("won")),
		]);
		await open.close();
		database = new Database(open.place, { readonly: true });
		const all = (sql: string): SqlRow[] => database.prepare(sql).all() as SqlRow[];
		const [session] = all("select * from sessions");
		if (session === undefined) throw new Error("no session");
		rows = {
			session,
			artifacts: all("select * from artifacts order by artifact_index"),
			log: all("select * from moves order by seq"),
		};
	});
	afterAll(() => {
		database.close();
	});

	it("[K8] of untouched rows gives the session", () => {
		const { record, keyed } = rebuild(rows);
		expect(record).toMatchObject({ seq: 5, snapshotSeq: 5, lastPlayMs: 6, stale: false });
		expect(record.state.result).toBe("lost");
		expect([...keyed.keys()]).toEqual(["k", "1", "2", "3", "4"]);
	});

	it("[K9] notices another value in any column of the session's row", () => {
		for (const column of Object.keys(rows.session)) {
			const [session] = changedAt([rows.session], 0, column);
			expect(() => rebuild({ ...rows, session: session as SqlRow }), column).toThrow(UnreadableRow);
		}
	});

	it("[K9] notices another value in any artifact, a missing and a surplus one", () => {
		const columns = Object.keys(rows.artifacts[0] ?? {}).filter((name) => name !== "session_key");
		for (const at of rows.artifacts.keys())
			for (const column of columns)
				expect(
					() => rebuild({ ...rows, artifacts: changedAt(rows.artifacts, at, column) }),
					`artifact ${at} ${column}`,
				).toThrow(UnreadableRow);
		for (const artifacts of [rows.artifacts.slice(1), [...rows.artifacts, ...rows.artifacts], []])
			expect(() => rebuild({ ...rows, artifacts })).toThrow(UnreadableRow);
	});

	it("[K9] notices another value in any column of any move, a hole, a swap and a double", () => {
		const columns = Object.keys(rows.log[0] ?? {}).filter((name) => name !== "session_key");
		for (const at of rows.log.keys())
			for (const column of columns)
				expect(
					() => rebuild({ ...rows, log: changedAt(rows.log, at, column) }),
					`move ${at} ${column}`,
				).toThrow(UnreadableRow);
		const [first, second, ...rest] = rows.log as [SqlRow, SqlRow, ...SqlRow[]];
		const logs = [
			rows.log.slice(1),
			rows.log.slice(0, -1),
			[first, ...rest],
			[second, first, ...rest],
			[first, first, second, ...rest],
			[],
		];
		for (const log of logs) expect(() => rebuild({ ...rows, log })).toThrow(UnreadableRow);
	});
});
