// Goal: doctor reads the high scores, too. Method: a database of the real storage gets scores of
// its sessions; then one thing is changed behind its back, and doctor must name it.
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { newId, replayIdFor } from "#src/ids.js";
import { highScoreParams, insertHighScore } from "#src/storage/high-scores/high-score-rows.js";
import type { StoredScore } from "#src/storage/high-scores/ports.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { copyGames, type StoredGames, storeGames, tamper } from "../../support/stored-games.js";

const SESSIONS = 12;
/** `storeGames` spawns three artifacts and brings two of them home. */
const LEFT = 1;
let healthy: StoredGames;
let games: StoredGames;

beforeAll(async () => {
	healthy = await storeGames(SESSIONS);
	addScores(healthy.database);
});
afterAll(() => healthy.remove());
beforeEach(async () => {
	games = await copyGames(healthy);
});
afterEach(() => games.remove());

/** One score for each session that was won or lost, and one that is only a player's word. */
function addScores(path: string, remaining = LEFT): void {
	const database = new Database(path);
	const rows = database
		.prepare(
			`select session_key as sessionKey, session_id as sessionId, result, duration_ms as durationMs
			from sessions where result in ('won', 'lost')`,
		)
		.all() as (Pick<StoredScore, "result"> & {
		sessionKey: number;
		sessionId: string;
		durationMs: number;
	})[];
	const add = database.prepare(insertHighScore.sql.replace(/\$\d+/g, "?"));
	const scores = rows.map(({ sessionId, result, sessionKey, durationMs }) => ({
		result,
		remaining,
		proof: {
			sessionKey,
			durationMs,
			replayId: replayIdFor(sessionId, sessionKey),
			averageWaitMs: 3000,
		},
	}));
	const word = { result: "won" as const, remaining: 0, proof: null };
	for (const score of [...scores, word]) {
		const named = { id: newId(1), createdAtMs: 1, createKey: null, playerTag: "Åsa", ...score };
		add.run(...highScoreParams(named));
	}
	database.close();
}

it("[J3] high scores that agree with their sessions are healthy", async () => {
	const report = await examine(games.database);
	expect(report).toMatchObject({ verdict: "healthy", damage: [] });
});

it.each([
	["a name", "update high_scores set player_tag = 'Bo'", "does not match its checksum"],
	["a result", "update high_scores set remaining = 7", "does not match its checksum"],
	["a session", "delete from sessions where session_key = 2", "its session does not exist"],
	[
		"an ending",
		"update sessions set result = 'abandoned' where result is not null",
		"its session ended with another result",
	],
	[
		"a duration",
		"update sessions set duration_ms = 61000 where session_key = 2",
		"its session had another duration",
	],
	[
		"an id",
		"update sessions set session_id = replace(session_id, 'a', 'b')",
		"its replay is that of another session",
	],
])("[J3] %s that was changed is found in the high scores", async (_what, sql, sentence) => {
	expect(tamper(games.database, sql)).toBeGreaterThan(0);
	const report = await examine(games.database);
	expect(report.verdict).toBe("harmed");
	const said = report.damage.filter((line) => line.startsWith("High score "));
	expect(said.length).toBeGreaterThan(0);
	expect(said.every((line) => line.includes(sentence))).toBe(true);
	expect(said.join()).not.toContain("Åsa");
});

it("[J3] a score that tells another number left behind than its session is found", async () => {
	tamper(games.database, "delete from high_scores");
	addScores(games.database, LEFT + 1);
	const { verdict, damage } = await examine(games.database);
	expect(verdict).toBe("harmed");
	const isNamed = (line: string) => line.includes("its session left another number behind");
	expect(damage.every(isNamed)).toBe(true);
});

it("[J3] a database that has no high scores yet is healthy all the same", async () => {
	tamper(games.database, "drop table high_scores");
	const { damage } = await examine(games.database);
	expect(damage).toEqual([]);
});
