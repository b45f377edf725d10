import { seedDatabase } from "#src/cli/seed/seed-database.js";
import { move } from "#src/operations/move.js";
import type { StorageConfig } from "#src/storage/config.js";
import { noop, POSTGRES, SQLITE, silentLog, sqliteConfig } from "../../support/drivers.js";
import { makeDatabase } from "../../support/postgres/kit.js";
import { type StoredGames, storeGames, tamper } from "../../support/stored-games.js";

/** Storages of every kind of row, to be moved, and the places for them. */

export const SEEDED = 300;
export const STORED = 8;

/**
 * Games in every form: logs in rows and packed, active, won, lost and abandoned; and rows of every
 * other kind, with text of every kind.
 */
export async function storeEverything(): Promise<StoredGames> {
	const games = await storeGames(STORED);
	await seedDatabase({
		config: sqliteConfig(games.database),
		sessions: SEEDED,
		active: 30,
		seed: 7,
		add: true,
		signal: new AbortController().signal,
		log: silentLog,
		onProgress: noop,
	});
	tamper(games.database, ...OTHER_ROWS);
	return games;
}

const TEXT = `Zoë "{},\\ ''quoted'' 𝄞 ﬁ NULL`;
const OTHER_ROWS = [
	`insert into notices values ('n1', 1, '${TEXT}', 'b', 1, 2, null), ('N2', 1, 'a', 'b', 1, 2, 3)`,
	`insert into audit_log values ('é1', 1, 'x', null, '::1', null, '{"a":[1]}', null),
		('z1', 1, 'x', 's', '::1', '${TEXT}', null, 'q')`,
	"insert into operator_sign_ins values ('t', 1, 2)",
	"insert into stats_history values (60000, 1, 0, 0, 0)",
	`insert into quarantined_sessions values (3, 1, 'kept', '${TEXT}', 2, 3, 4, null, '[]', 'c')`,
	"insert into archived_sessions values (900, 'retention', 'won', 0, 1, 2, 3, 4, 5, 'h')",
	`insert into high_scores (score_id, created_at, player_tag, result, remaining, standing, checksum)
		values ('s1', 1, '𝄞', 'won', 0, 2, 'c'), ('ﬁ', 1, 'x', 'lost', 1, 3, 'c')`,
];

export async function emptyPostgres(): Promise<StorageConfig> {
	const url = POSTGRES.makePlace();
	await makeDatabase(url);
	return { engine: "postgres", url, testFault: null };
}

export const emptySqlite = (): StorageConfig => sqliteConfig(SQLITE.makePlace());

export const moveTo = (from: StorageConfig, to: StorageConfig) =>
	move({ from, to, signal: new AbortController().signal, tell: noop });

export const placeOf = (config: StorageConfig): string =>
	config.engine === "sqlite" ? config.path : config.url;
