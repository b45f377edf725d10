import { inject } from "vitest";
import { POSTGRES } from "../drivers.js";

/** A database of its own with all that is in `place`, to be damaged; nothing has `place` open. */
export async function copyDatabase(place: string): Promise<string> {
	const copy = POSTGRES.makePlace();
	const name = (of: string): string => of.slice(of.lastIndexOf("/") + 1);
	const admin = `${inject("postgresUrl")}/postgres`;
	await POSTGRES.look(admin, `create database ${name(copy)} template ${name(place)}`);
	return copy;
}

/** Every row of every table, as one text a table: equal before and after means untouched. */
export async function fingerprint(place: string): Promise<Record<string, unknown>> {
	const tables = await POSTGRES.look(
		place,
		"select tablename as name from pg_tables where schemaname = 'public' order by 1",
	);
	const found: Record<string, unknown> = {};
	for (const { name } of tables) {
		const all = `select md5(string_agg(t::text, '|' order by t::text)) as rows from ${name} t`;
		found[String(name)] = (await POSTGRES.look(place, all))[0]?.["rows"];
	}
	return found;
}
