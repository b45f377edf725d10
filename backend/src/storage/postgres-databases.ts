import { connect, shownAddress } from "./postgres-connection.js";
import { translatePostgresError } from "./postgres-errors.js";

/** Whole databases on a database server: for tests, which have one of their own each. */
export interface NamedDatabase {
	readonly url: string;
	/** Without its password. */
	readonly shown: string;
}

/** A name that needs no quotes. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Makes a database beside the one that `url` names, with the same user. Rejects by code,
 * STORAGE_PERMISSION where that user may not make any.
 */
export async function createDatabase(url: string, name: string): Promise<NamedDatabase> {
	if (!NAME.test(name)) throw new Error(`Not a name for a database: ${name}`);
	await once(url, `create database ${name}`);
	const made = urlOf(url, name);
	return { url: made, shown: shownAddress(made) };
}

/** Drops the database that `url` names, whoever is still connected to it. Rejects by code. */
export async function dropDatabase(url: string): Promise<void> {
	const name = /\/([^/?]+)(\?.*)?$/.exec(url)?.[1] ?? "";
	if (!NAME.test(name)) throw new Error(`Not a name for a database: ${name}`);
	await once(urlOf(url, "postgres"), `drop database if exists ${name} with (force)`);
}

/** The address of another database there; hosts, user and options stay. */
const urlOf = (url: string, name: string): string =>
	url.replace(/^(\w+:\/\/[^/]+)\/[^/?]*/, `$1/${name}`);

async function once(url: string, sql: string): Promise<void> {
	const connection = connect({ url, max: 1, synchronousCommit: "on" });
	try {
		await connection.unsafe(sql);
	} catch (error) {
		throw translatePostgresError(error);
	} finally {
		await connection.end({ timeout: 2 });
	}
}
