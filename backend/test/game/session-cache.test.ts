// Goal: whatever is loaded, dropped and awaited, a session is in memory at most once.
import { newSession } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { type LiveSession, SessionCache } from "#src/game/session-cache.js";
import type { KeyedEntry } from "#src/storage/ports.js";

const live = (id: string, change: { pending?: number; seq?: number } = {}): LiveSession => ({
	record: {
		key: 1,
		id,
		createKey: null,
		level: {
			terrain: [],
			trashCan: { position: { x: 0, y: 0 }, bounds: { x: 0, y: 0, width: 0, height: 0 } },
			playerSpeedPercent: 100,
		},
		startedAtMs: 0,
		downtimeBaseMs: 0,
		state: newSession(1, 60_000),
		endedAtMs: null,
		stale: false,
		seq: change.seq ?? 0,
		headHash: "",
		lastPlayMs: 0,
		pausedMs: 0,
		playLeadMs: 0,
		snapshotSeq: 0,
	},
	keyed: new Map(),
	pending: change.pending ?? 0,
});

describe("the cache", () => {
	it("[K8] keeps the newcomer, also when all others have changes under way", async () => {
		const cache = new SessionCache({ sessions: 1, moves: 1_000 }, () => true);
		cache.put(live("busy", { pending: 1 }));
		const loaded = await cache.load("new", async () => live("new"));
		expect(cache.get("new")).toBe(loaded);
		expect(cache.get("busy")).toBeDefined();
	});

	it("[K8] a load that ends late does not replace the session that plays", async () => {
		const cache = new SessionCache({ sessions: 10, moves: 1_000 }, () => true);
		let finish: (live: LiveSession) => void = () => undefined;
		const loading = cache.load(
			"a",
			() =>
				new Promise((resolve) => {
					finish = resolve;
				}),
		);
		const playing = cache.put(live("a", { pending: 1, seq: 1 }));
		finish(live("a"));
		expect(await loading).toBe(playing);
		expect(cache.get("a")).toBe(playing);
	});

	it("[K8] many who ask at once share one load, and a failed one can be tried again", async () => {
		const cache = new SessionCache({ sessions: 10, moves: 1_000 }, () => true);
		let reads = 0;
		const read = async (): Promise<LiveSession> => {
			reads += 1;
			if (reads === 1) throw new Error("busy");
			return live("a");
		};
		await expect(Promise.all([cache.load("a", read), cache.load("a", read)])).rejects.toThrow();
		const [one, other] = await Promise.all([cache.load("a", read), cache.load("a", read)]);
		expect(one).toBe(other);
		expect(reads).toBe(2);
	});

	it("[K8] drops the one that was used least recently, after its snapshot is written", () => {
		const written: string[] = [];
		const cache = new SessionCache({ sessions: 2, moves: 1_000 }, ({ record }) => {
			written.push(record.id);
			record.snapshotSeq = record.seq;
			return true;
		});
		cache.put(live("a", { seq: 1 }));
		cache.put(live("b"));
		cache.get("b");
		cache.put(live("c"));
		expect(written).toEqual(["a"]);
		cache.put(live("d"));
		expect(["a", "b", "c", "d"].filter((id) => cache.get(id) !== undefined)).toEqual(["c", "d"]);
	});

	it("[K8] drops one that cannot be written, because its log tells it", () => {
		const cache = new SessionCache({ sessions: 2, moves: 1_000 }, () => false);
		for (const id of ["a", "b", "c", "d"]) cache.put(live(id, { seq: 1 }));
		expect(["a", "b", "c", "d"].filter((id) => cache.get(id) !== undefined)).toEqual(["c", "d"]);
	});

	it("[K8] holds so many moves at most, however many sessions they are of", () => {
		const cache = new SessionCache({ sessions: 100, moves: 50 }, () => true);
		const entry = { seq: 1 } as KeyedEntry;
		const play = (id: string, moves: number): void => {
			const playing = cache.get(id) ?? cache.put(live(id));
			for (let count = 0; count < moves; count += 1)
				cache.remember(playing, `${id}${playing.keyed.size}`, entry);
			cache.trim(playing);
		};
		for (const id of ["a", "b", "c", "d"]) play(id, 12);
		cache.get("a");
		expect(cache.size).toEqual({ sessions: 4, moves: 48 });
		play("e", 12);
		expect(["a", "b", "c", "d", "e"].filter((id) => cache.get(id) !== undefined)).toEqual([
			"a",
			"d",
			"e",
		]);
		expect(cache.size).toEqual({ sessions: 3, moves: 36 });
		// The one that is played on is not dropped under the player's hands, however long it gets.
		play("e", 500);
		expect(cache.get("e")).toBeDefined();
		play("a", 1);
		expect(cache.get("a")).toBeDefined();
		expect(cache.get("e")).toBeUndefined();
		expect(cache.size).toEqual({ sessions: 1, moves: 1 });
	});
});
