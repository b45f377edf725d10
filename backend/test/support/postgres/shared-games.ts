import { seedDatabase } from "#src/cli/seed/seed-database.js";
import { newId, replayIdFor } from "#src/ids.js";
import { highScoreParams, insertHighScore } from "#src/storage/high-scores/high-score-rows.js";
import { emptyPostgres, moveTo, placeOf } from "../../storage/move/ground.js";
import { noop, POSTGRES, silentLog, sqliteConfig } from "../drivers.js";
import { storeGames } from "../stored-games.js";

export interface SharedGames {
	readonly place: string;
	/** Of the first ones, in the order of their keys, which count from 1. */
	readonly sessionIds: readonly string[];
	readonly sessions: number;
	readonly active: number;
}

const STORED = 12;
const SEEDED = 40;
const ACTIVE_SEEDED = 10;

/**
 * A database with games in every form: logs in rows and packed, active and ended, and a high score.
 * Keys 1, 5 and 9 are active games of eight moves, in rows.
 */
export async function storeSharedGames(): Promise<SharedGames> {
	const games = await storeGames(STORED);
	await seedDatabase({
		config: sqliteConfig(games.database),
		...{ sessions: SEEDED, active: ACTIVE_SEEDED, seed: 7, add: true },
		signal: new AbortController().signal,
		log: silentLog,
		onProgress: noop,
	});
	const to = await emptyPostgres();
	await moveTo(sqliteConfig(games.database), to);
	await games.remove();
	const place = placeOf(to);
	await addScore(place, games.sessionIds);
	return {
		place,
		sessionIds: games.sessionIds,
		sessions: STORED + SEEDED,
		active: STORED / 4 + ACTIVE_SEEDED,
	};
}

/** Of a stored game that was lost, with one of its three artifacts left. */
async function addScore(place: string, sessionIds: readonly string[]): Promise<void> {
	const lost = "select min(session_key) as key from sessions where result = 'lost'";
	const [row] = await POSTGRES.look(place, `${lost} and session_key <= ${STORED}`);
	const sessionKey = Number(row?.["key"]);
	const replayId = replayIdFor(sessionIds[sessionKey - 1] ?? "", sessionKey);
	const score = {
		...{ id: newId(1), createdAtMs: 1, createKey: null, playerTag: "Åsa" },
		...{ result: "lost" as const, remaining: 1 },
		proof: { sessionKey, durationMs: 60_000, replayId, averageWaitMs: 3_000 },
	};
	await POSTGRES.tamper(place, insertHighScore.sql, highScoreParams(score));
}
