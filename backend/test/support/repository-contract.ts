import { applyMove, generateLevel, newSession, stateHash } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import type { SavepointError } from "#src/errors.js";
import { newId } from "#src/ids.js";
import type { WriteBatch } from "#src/storage/driver.js";
import type { Storage } from "#src/storage/open.js";
import type { LoggedBody, SessionRecord, SetBody } from "#src/storage/ports.js";
import { bodyToPlay } from "#src/storage/rebuild.js";
import type { TestDriver } from "./drivers.js";

const START_MS = Date.UTC(2026, 10, 22, 10);

/**
 * Plays straight on the repository, as the authority does, without its cache and its rules of
 * answers.
 */
type PlayedBody = Exclude<LoggedBody, SetBody>;

class Player {
	readonly storage: Storage;
	constructor(storage: Storage) {
		this.storage = storage;
	}

	record(change: Partial<SessionRecord> = {}): SessionRecord {
		const { terrain, trashCan, playerSpeedPercent } = generateLevel(5, 60_000);
		return {
			key: this.storage.sessions.nextKey(),
			id: newId(START_MS),
			createKey: null,
			level: { terrain, trashCan, playerSpeedPercent },
			startedAtMs: START_MS,
			downtimeBaseMs: 0,
			state: newSession(5, 60_000),
			endedAtMs: null,
			stale: false,
			seq: 0,
			headHash: "",
			lastPlayMs: 0,
			pausedMs: 0,
			playLeadMs: 0,
			snapshotSeq: 0,
			...change,
		};
	}

	store(key: number, fill: (batch: WriteBatch) => void): Promise<void> {
		return new Promise((committed, failed: (error: SavepointError) => void) => {
			fill(this.storage.commits.begin());
			this.storage.commits.finish(key, null, { committed, failed });
		});
	}

	async start(change: Partial<SessionRecord> = {}): Promise<SessionRecord> {
		const record = this.record(change);
		await this.store(record.key, (batch) => this.storage.sessions.appendSession(batch, record));
		return record;
	}

	log(record: SessionRecord, body: PlayedBody, moveId: string | null = null): Promise<void> {
		return this.store(record.key, (batch) => this.append(batch, record, body, moveId));
	}

	append(
		batch: WriteBatch,
		record: SessionRecord,
		body: PlayedBody,
		moveId: string | null = null,
	): void {
		const recordedAtMs = START_MS + record.seq;
		const move = bodyToPlay(body, record.id, record.seq + 1, recordedAtMs);
		const outcome = applyMove(record.state, move);
		const refusal = outcome.applied ? null : outcome.code;
		const entry = { moveId, body, playMs: 10 * record.seq, recordedAtMs, refusal };
		this.storage.sessions.appendEntry(batch, record, entry);
		if (body.type !== "end" || refusal !== null) return;
		record.endedAtMs = recordedAtMs;
		record.stale = body.stale;
		this.storage.sessions.appendSnapshot(batch, record);
	}
}

const spawnOf = (artifactId: string | null): PlayedBody => ({
	type: "spawn",
	artifactId,
	xFixed: 1_500,
	yFixed: -1,
});

/** What SessionRepository and the commit queue promise together, on every engine; see ports.ts. */
export function repositoryContract(kit: TestDriver): void {
	const opened = (run: (player: Player, place: string) => Promise<void>) => async () => {
		const place = kit.makePlace();
		const storage = await kit.openStorage(place, { now: () => START_MS });
		try {
			await run(new Player(storage), place);
		} finally {
			await storage.commits.drain();
			await storage.close();
		}
	};

	describe(`SessionRepository over ${kit.name}`, () => {
		it(
			"[K8] loads what was appended: state, log, keys and clock",
			opened(async (player) => {
				const record = await player.start({ createKey: "create", downtimeBaseMs: 77 });
				await player.log(record, spawnOf(null), "first");
				await player.log(record, spawnOf("named"), null);
				await player.log(record, { type: "deposit", artifactId: "unknown" }, "refused");
				const stored = await player.storage.sessions.load(record.id);
				expect(stored?.record).toEqual(record);
				expect(stored && stateHash(stored.record.state)).toBe(stateHash(record.state));
				expect(
					[...(stored?.keyed ?? [])].map(([key, each]) => [key, each.seq, each.refusal]),
				).toEqual([
					["first", 1, null],
					["refused", 3, "ARTIFACT_NOT_AVAILABLE"],
				]);
			}),
		);

		it(
			"[K8] a snapshot in the middle of the log changes nothing of what is loaded",
			opened(async (player) => {
				const record = await player.start();
				await player.log(record, spawnOf("a"));
				await player.store(record.key, (batch) =>
					player.storage.sessions.appendSnapshot(batch, record),
				);
				expect(record.snapshotSeq).toBe(1);
				await player.log(record, { type: "deposit", artifactId: "a" });
				expect((await player.storage.sessions.load(record.id))?.record).toEqual(record);
			}),
		);

		it(
			"unknown ids and keys are null, never an error",
			opened(async ({ storage: { sessions } }) => {
				expect(await sessions.load("")).toBeNull();
				expect(await sessions.load(newId(START_MS))).toBeNull();
				expect(await sessions.findCreated("nobody")).toBeNull();
			}),
		);

		it(
			"[A3] one create key makes one session: the second is rejected",
			opened(async (player) => {
				const first = await player.start({ createKey: "k" });
				await expect(player.start({ createKey: "k" })).rejects.toMatchObject({
					code: "STORAGE_CONFLICT",
				});
				expect(await player.storage.sessions.findCreated("k")).toBe(first.id);
			}),
		);

		it(
			"[K2, G2] a session that has ended cannot be ended again: nothing of it is stored",
			opened(async (player) => {
				const record = await player.start();
				await player.log(record, { type: "end", claim: "lost", stale: false });
				const ended = structuredClone(record);
				const again = { ...record, state: { ...record.state, result: "won" as const } };
				await expect(
					player.store(record.key, (batch) => player.storage.sessions.appendSnapshot(batch, again)),
				).rejects.toMatchObject({ code: "STORAGE_CONFLICT" });
				expect((await player.storage.sessions.load(record.id))?.record).toEqual(ended);
			}),
		);

		it(
			"[G2] in one batch a bad change fails alone, with its session's later ones",
			opened(async (player) => {
				const [good, bad, other] = [
					await player.start(),
					await player.start(),
					await player.start(),
				];
				const ends = await Promise.allSettled([
					player.log(good, spawnOf("a")),
					// A row that is there already.
					player.store(bad.key, (batch) =>
						player.storage.sessions.appendSession(batch, { ...bad }),
					),
					player.log(bad, spawnOf("a")),
					player.log(other, spawnOf("a")),
				]);
				expect(ends.map(({ status }) => status)).toEqual([
					"fulfilled",
					"rejected",
					"rejected",
					"fulfilled",
				]);
				expect((await player.storage.sessions.load(good.id))?.record.seq).toBe(1);
				expect((await player.storage.sessions.load(bad.id))?.record.seq).toBe(0);
				expect((await player.storage.sessions.load(other.id))?.record.seq).toBe(1);
			}),
		);

		it(
			"[A1, G1] changes of one turn are told in order and share a transaction",
			opened(async (player) => {
				const record = await player.start();
				const { gauges } = player.storage.commits;
				const batchesBefore = gauges.batches;
				const told: number[] = [];
				await Promise.all(
					Array.from({ length: 50 }, (_, at) =>
						player.log(record, spawnOf(`a${at}`)).then(() => told.push(at)),
					),
				);
				expect(told).toEqual(Array.from({ length: 50 }, (_, at) => at));
				expect(gauges.batches - batchesBefore).toBe(1);
				expect((await player.storage.sessions.load(record.id))?.record.seq).toBe(50);
			}),
		);

		it(
			"[S2] due sessions come oldest first, page by page, active ones only",
			opened(async (player) => {
				const records: SessionRecord[] = [];
				for (const afterMs of [3_000, 1_000, 2_000, 1_000])
					records.push(await player.start({ startedAtMs: START_MS + afterMs }));
				const ended = await player.start();
				await player.log(ended, { type: "end", claim: null, stale: true });
				const { sessions } = player.storage;
				const dueAtMs = START_MS + 120_000;
				expect(await sessions.due(dueAtMs + 999, null, 10)).toEqual([]);
				const first = await sessions.due(dueAtMs + 2_000, null, 2);
				expect(first.map(({ id }) => id)).toEqual([records[1]?.id, records[3]?.id]);
				const rest = await sessions.due(dueAtMs + 2_000, first[1] ?? null, 2);
				expect(rest.map(({ id }) => id)).toEqual([records[2]?.id]);
			}),
		);

		it("[S1] keys go on after a restart, and none is given out twice", async () => {
			const place = kit.makePlace();
			const keys: number[] = [];
			for (let round = 0; round < 3; round += 1) {
				const storage = await kit.openStorage(place);
				const player = new Player(storage);
				for (let count = 0; count < 3; count += 1) keys.push((await player.start()).key);
				await storage.commits.drain();
				await storage.close();
			}
			// Where several servers share the keys, each process has a range of its own.
			expect(new Set(keys).size).toBe(9);
			expect(keys).toEqual(keys.toSorted((a, b) => a - b));
			if (!kit.isShared) expect(keys).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
		});

		it("[K8] a log longer than page and tail is loaded whole, also after a restart", async () => {
			const place = kit.makePlace();
			let storage = await kit.openStorage(place);
			const player = new Player(storage);
			const record = await player.start();
			for (let round = 0; round < 6; round += 1)
				await player.store(record.key, (batch) => {
					for (let count = 0; count < 1_000; count += 1)
						player.append(batch, record, { type: "deposit", artifactId: "a" });
				});
			expect((await storage.sessions.load(record.id))?.record).toEqual(record);
			await storage.commits.drain();
			await storage.close();
			storage = await kit.openStorage(place);
			expect((await storage.sessions.load(record.id))?.record).toEqual(record);
			expect((await storage.sessions.log(record, 5_998, 10)).map(({ seq }) => seq)).toEqual([
				5_999, 6_000,
			]);
			await storage.commits.drain();
			await storage.close();
		});
	});
}
