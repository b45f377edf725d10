import type { FileExamination } from "./examination.js";
import { isPageDamage } from "./unreadable.js";

const FAULTS_MAX = 20;

/**
 * SQLite's own look at its pages and indexes. Beside a server table by table, so that no
 * transaction lasts; that leaves out the list of unused pages, which the look at the whole file
 * includes.
 */
export function checkPages({
	database,
	findings,
	quick,
	isServed,
	onProgress,
}: FileExamination): void {
	const pragma = quick ? "quick_check" : "integrity_check";
	const parts = isServed ? tableNames(database) : [null];
	for (const [at, table] of parts.entries()) {
		onProgress({ step: `pages${table ? ` of ${table}` : ""}`, done: at, total: parts.length });
		const call = table === null ? `(${FAULTS_MAX})` : `('${table.replaceAll("'", "''")}')`;
		try {
			for (const row of database.all(`pragma ${pragma}${call}`).slice(0, FAULTS_MAX)) {
				const [said] = Object.values(row);
				if (said !== "ok") for (const line of lines(said)) findings.addDamage(line);
			}
		} catch (error) {
			if (!isPageDamage(error)) throw error;
			findings.addDamage(`The pages cannot be checked: ${error.message}.`);
		}
	}
}

/** SQLite gathers several faults in one row, under a heading that says nothing. */
const lines = (said: unknown): string[] =>
	String(said)
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("***"));

const tableNames = (database: FileExamination["database"]): string[] =>
	database
		.all("select name from sqlite_schema where type = 'table' order by name")
		.map((row) => String(row["name"]));
