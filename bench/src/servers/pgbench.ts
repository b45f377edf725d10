import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Connections, connect } from "@savepoint/backend/storage/postgres-connection";

const execute = promisify(execFile);
/** Its connections are made within this time, too. */
const SECONDS_MIN = 3;

export const hasPgbench = (): boolean => spawnSync("pgbench", ["--version"]).error === undefined;

/** About what a move is: a key, a number and some text. */
const TABLE = `create table pgbench_rows (
	id bigint generated always as identity primary key, client bigint, payload text)`;
const INSERT = `insert into pgbench_rows (client, payload)
	values (:client_id, repeat('x', 100));\n`;

/**
 * Commits per second that PostgreSQL's own bench gets from the database at `url` with one inserted
 * row each, over so many connections.
 */
export async function runPgbench(
	url: string,
	{ connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<number> {
	await once(url, (database) => database.unsafe(TABLE));
	const directory = mkdtempSync(join(tmpdir(), "savepoint-pgbench-"));
	const script = join(directory, "insert.sql");
	writeFileSync(script, INSERT);
	try {
		const { stdout } = await execute("pgbench", [
			...["--no-vacuum", "--protocol=prepared", `--client=${connections}`, "--jobs=1"],
			...[`--time=${Math.max(SECONDS_MIN, Math.round(seconds))}`, `--file=${script}`, url],
		]);
		const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
		if (!(perSecond > 0)) throw new Error(`pgbench said:\n${stdout}`);
		return perSecond;
	} finally {
		rmSync(directory, { recursive: true });
	}
}

async function once(url: string, work: (database: Connections) => Promise<unknown>): Promise<void> {
	const database = connect({ url, max: 1, synchronousCommit: "on" });
	await work(database).finally(() => database.end());
}
