import { expect } from "vitest";
import { DOWNTIME_GAP_MS } from "#src/limits.js";
import { outcomeOf } from "./rules-model.js";
import type { Sight, World } from "./world.js";

/** What holds whenever nothing is under way. Remembers what is final from one check to the next. */
export class Invariants {
	readonly #deposited = new Map<string, Set<string>>();
	readonly #elapsedMs = new Map<string, number>();

	async check(world: World): Promise<void> {
		await world.settle();
		const results: (string | null)[] = [];
		for (const sessionId of world.sessionIds) {
			const sight = await world.see(sessionId);
			this.#checkLog(world, sessionId, sight);
			this.#checkState(sessionId, sight);
			this.#checkTime(world, sessionId, sight);
			results.push(sight.view.result);
		}
		await checkCounts(world, results);
	}

	/** Acknowledged ⊆ stored, once, where it was told, in each client's own order. */
	#checkLog(world: World, sessionId: string, { log }: Sight): void {
		const ids = log.map(({ id }) => id);
		expect(new Set(ids).size, "a move stands twice in the log").toBe(ids.length);
		const clients = world.clients.filter((client) => client.sessionId === sessionId);
		for (const client of clients) {
			expect(client.contradictions, "told two places").toEqual([]);
			for (const [id, seq] of client.told)
				expect(ids.indexOf(id) + 1, `${id} was told to stand elsewhere`).toBe(seq);
			const places = ids.map((id) => client.placeOf(id)).filter((place) => place > 0);
			expect(places, "not the client's order").toEqual(places.toSorted((a, b) => a - b));
		}
		const isSent = (id: string | null) => clients.some((client) => client.placeOf(id) > 0);
		expect(
			ids.filter((id) => !isSent(id)),
			"nobody has sent these",
		).toEqual([]);
	}

	/** State, score, what remains and the one end are those of the model; deposits are final. */
	#checkState(sessionId: string, { log, view }: Sight): void {
		const { artifacts, result, misjudged } = outcomeOf(log);
		expect(misjudged, "the rules were not kept").toEqual([]);
		expect(new Map(view.artifacts.map(({ id, status }) => [id, status]))).toEqual(artifacts);
		const lying = [...artifacts.values()].filter((status) => status === "ground");
		expect(view.score).toBe(lying.length);
		expect(view.seq).toBe(log.length);
		expect(view.result).toBe(result);
		expect(view.status).toBe(result === null ? "active" : "ended");
		const ends = log.filter(({ type, applied }) => type === "end" && applied);
		expect(ends).toHaveLength(result === null ? 0 : 1);
		const before = this.#deposited.get(sessionId) ?? new Set();
		for (const id of before) expect(artifacts.get(id), "a deposit was undone").toBe("deposited");
		for (const [id, status] of artifacts) if (status === "deposited") before.add(id);
		this.#deposited.set(sessionId, before);
	}

	/** Time goes on while the server lives and stands still while it does not; never back. */
	#checkTime(world: World, sessionId: string, { view }: Sight): void {
		const elapsedMs = 1000 * (view.durationSeconds - view.remainingSeconds);
		const mostMs = this.#elapsedMs.get(sessionId) ?? 0;
		expect(elapsedMs, "time went back").toBeGreaterThanOrEqual(mostMs - DOWNTIME_GAP_MS);
		expect(elapsedMs, "downtime counts").toBeLessThanOrEqual(world.aliveMs + world.slackMs);
		expect(elapsedMs, "time is missing").toBeGreaterThanOrEqual(world.aliveMs - world.slackMs);
		this.#elapsedMs.set(sessionId, Math.max(mostMs, elapsedMs));
	}
}

async function checkCounts(world: World, results: readonly (string | null)[]): Promise<void> {
	const counts = await world.open.counts();
	const countOf = (wanted: string | null) => results.filter((result) => result === wanted).length;
	// The metronome's session is one more.
	expect(counts).toMatchObject({
		startedCount: results.length + 1,
		activeCount: countOf(null) + 1,
		endedCount: results.length - countOf(null),
		wonCount: countOf("won"),
		lostCount: countOf("lost"),
		abandonedCount: countOf("abandoned"),
	});
}
