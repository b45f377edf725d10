import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database, { type Database as Connection } from "better-sqlite3";
import { SavepointError } from "../errors.js";
import { makeDirectoryDurable, renameDurable, syncFile } from "./durable-files.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * A copy of the database in its backup folder, whole or not there: written under a temporary name,
 * checked, synced, renamed. Returns its path. The connection is the writer's own, so no write can
 * come between.
 */
export function copyVerified(connection: Connection, paths: DatabasePaths, label: string): string {
	makeDirectoryDurable(paths.backupDirectory);
	const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
	const target = join(paths.backupDirectory, `${label}-${stamp}.sqlite`);
	const temporary = `${target}.part`;
	discardCutOff(paths.backupDirectory, label);
	try {
		connection.prepare("vacuum into ?").run(temporary);
		verifyCopy(connection, temporary);
		syncFile(temporary);
		renameDurable(temporary, target);
	} catch (error) {
		// Half a copy would keep the space that a full disk needs.
		rmSync(temporary, { force: true });
		throw error;
	}
	return target;
}

/** What a kill has left of earlier copies of this name: nobody would ever come back to it. */
function discardCutOff(directory: string, label: string): void {
	for (const name of readdirSync(directory))
		if (name.startsWith(`${label}-`) && /\.part(-journal)?$/.test(name))
			rmSync(join(directory, name));
}

function verifyCopy(original: Connection, path: string): void {
	const copy = new Database(path, { readonly: true });
	try {
		const found = copy.pragma("integrity_check", { simple: true });
		if (found !== "ok")
			throw new SavepointError("STORAGE_CORRUPT", `The copy at ${path}: ${found}`);
		const tables = original
			.prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
			.pluck()
			.all() as string[];
		for (const table of tables) {
			const count = (connection: Connection): unknown =>
				connection.prepare(`select count(*) from ${table}`).pluck().get();
			if (count(copy) !== count(original))
				throw new SavepointError("STORAGE_CORRUPT", `The copy at ${path} lacks rows of ${table}.`);
		}
	} finally {
		copy.close();
	}
}
