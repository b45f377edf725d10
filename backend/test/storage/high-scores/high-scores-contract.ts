import { array, assert, asyncProperty, constantFrom, nat, option, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "#src/ids.js";
import { HighScoreRepo } from "#src/storage/high-scores/high-score-repo.js";
import type { StoredScore } from "#src/storage/high-scores/ports.js";
import type { Storage } from "#src/storage/open.js";
import { type OpenOptions, readableLog, type TestDriver } from "../../support/drivers.js";

const START_MS = Date.UTC(2026, 10, 22);

interface Opened {
	readonly storage: Storage;
	readonly scores: HighScoreRepo;
	readonly logged: string[];
	add(score: StoredScore): Promise<void>;
	close(): Promise<void>;
}

async function open(kit: TestDriver, place: string, options: OpenOptions = {}): Promise<Opened> {
	const { log, lines } = readableLog();
	const storage = await kit.openStorage(place, options);
	const scores = new HighScoreRepo({ ...storage, log });
	return {
		storage,
		scores,
		logged: lines,
		add: (score) => new Promise((committed, failed) => scores.add(score, { committed, failed })),
		async close() {
			await storage.commits.drain();
			await storage.close();
		},
	};
}

const claim = (change: Partial<StoredScore> = {}): StoredScore => ({
	id: newId(START_MS),
	createdAtMs: START_MS,
	createKey: null,
	playerTag: "Åsa 👾",
	result: "won",
	remaining: 0,
	proof: null,
	...change,
});
const proven = (sessionKey: number, change: Partial<StoredScore> = {}): StoredScore =>
	claim({
		proof: { sessionKey, replayId: `r${sessionKey}`, durationMs: 60_000, averageWaitMs: 4_000 },
		...change,
	});

/** The order in the words of the rule, and nothing of how it is stored. */
function isBefore(a: StoredScore, b: StoredScore): boolean {
	const differences = [
		Number(b.proof !== null) - Number(a.proof !== null),
		Number(b.result === "won") - Number(a.result === "won"),
		a.remaining - b.remaining,
		(a.proof?.averageWaitMs ?? 0) - (b.proof?.averageWaitMs ?? 0),
		a.createdAtMs - b.createdAtMs,
		a.id < b.id ? -1 : 1,
	];
	return (differences.find((difference) => difference !== 0) ?? 0) < 0;
}

const outcomes = array(
	record({
		result: constantFrom("won" as const, "lost" as const),
		remaining: nat(2),
		averageWaitMs: option(nat(2)),
		createdAtMs: nat(2),
	}),
	{ minLength: 1, maxLength: 12 },
);

/** What every engine must do with high scores; promises in `HighScoreRepository`. */
export function highScoresContract(kit: TestDriver): void {
	describe(`high scores over ${kit.name}`, () => {
		it("[H8] a score comes back as it was, also after a reopen", async () => {
			const place = kit.makePlace();
			const first = await open(kit, place);
			const scores = [proven(1, { createKey: "k1" }), claim({ result: "lost", remaining: 3 })];
			for (const score of scores) await first.add(score);
			expect(await first.scores.top(10)).toEqual(scores);
			await first.close();
			const again = await open(kit, place);
			expect(await again.scores.top(10)).toEqual(scores);
			expect(await again.scores.findByKey("k1")).toEqual(scores[0]);
			expect(await again.scores.findByKey("k2")).toBeNull();
			expect(await again.scores.hasScore(1)).toBe(true);
			expect(await again.scores.hasScore(2)).toBe(false);
			await again.close();
		});

		it("[H4, H5] the order is that of the rule, whatever the order of arrival", async () => {
			const { storage, scores, add, close } = await open(kit, kit.makePlace());
			// One database: each list has the best places of all that came before, too.
			const all: StoredScore[] = [];
			await assert(
				asyncProperty(outcomes, async (list) => {
					const added = list.map(({ averageWaitMs, ...outcome }, at) => {
						const score = { ...outcome, createdAtMs: START_MS + outcome.createdAtMs };
						const sessionKey = all.length + at + 1;
						const proof = { sessionKey, replayId: "r", durationMs: 60_000 };
						return averageWaitMs === null
							? claim(score)
							: claim({ ...score, proof: { ...proof, averageWaitMs } });
					});
					all.push(...added);
					await Promise.all(added.map(add));
					const found = await scores.top(1_000);
					expect(found).toHaveLength(all.length);
					for (const [at, score] of found.entries()) {
						const next = found[at + 1];
						if (next !== undefined) expect(isBefore(score, next)).toBe(true);
					}
					expect(await scores.top(5)).toEqual(found.slice(0, 5));
				}),
				{ numRuns: 40, endOnFailure: true },
			);
			await storage.commits.drain();
			await close();
		});

		it("[H2] a second score of a session, or with a taken key, changes nothing", async () => {
			const { scores, add, close } = await open(kit, kit.makePlace());
			const first = proven(7, { createKey: "k" });
			await add(first);
			const conflict = { code: "STORAGE_CONFLICT" };
			await expect(add(proven(7))).rejects.toMatchObject(conflict);
			await expect(add(claim({ createKey: "k" }))).rejects.toMatchObject(conflict);
			expect(await scores.top(10)).toEqual([first]);
			await close();
		});

		it("[H8] a rejected score takes no other with it that shares its commit", async () => {
			const { scores, add, close } = await open(kit, kit.makePlace());
			await add(claim({ createKey: "taken" }));
			const others = [claim(), proven(1), claim({ createKey: "free" })];
			const added = [others[0], claim({ createKey: "taken" }), others[1], others[2]].map((score) =>
				add(score ?? claim()),
			);
			expect((await Promise.allSettled(added)).map(({ status }) => status)).toEqual([
				"fulfilled",
				"rejected",
				"fulfilled",
				"fulfilled",
			]);
			expect(await scores.top(10)).toHaveLength(4);
			await close();
		});

		it("[H9] a damaged row is left out and named in the log, and the list goes on", async () => {
			const place = kit.makePlace();
			const first = await open(kit, place);
			const good = claim({ remaining: 5 });
			const harmed = claim({ playerTag: "before", createKey: "k" });
			await first.add(good);
			await first.add(harmed);
			await first.close();
			await kit.tamper(place, "update high_scores set player_tag = $1 where score_id = $2", [
				"after",
				harmed.id,
			]);
			const again = await open(kit, place);
			expect(await again.scores.top(10)).toEqual([good]);
			expect(again.logged.join()).toContain(harmed.id);
			expect(again.logged.join()).not.toContain("after");
			// Its key must not look free: the answer to it was given once.
			await expect(again.scores.findByKey("k")).rejects.toThrow("checksum");
			await again.close();
		});

		it("[H8] while nothing can be stored a score is refused before anything changed", async () => {
			const place = kit.makePlace();
			const { scores, add, close } = await open(kit, place);
			const release = await kit.holdWriteLock(place);
			await expect(add(claim())).rejects.toMatchObject({ code: "STORAGE_BUSY" });
			await expect(add(claim())).rejects.toMatchObject({ code: "STORAGE_BUSY" });
			release();
			expect(await scores.top(10)).toEqual([]);
			await close();
		});
	});
}
