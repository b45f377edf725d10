// Goal: whatever fails, is resent, dropped from the cache or restarted, each move counts once and
// nothing that was acknowledged is lost. Method: random scripts over a few sessions in a cache of
// two, with failing commits in between; a client's ledger of what it was told is held against the
// log.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../support/drivers.js";
import { deposit, heal, move, OpenStore, spawn, status } from "../support/open-store.js";
import { type Fault, FULL, rejected } from "../support/scripted-driver.js";

const SESSIONS = 4;
const session = fc.integer({ min: 0, max: SESSIONS - 1 });
const step = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: fc.constant("play" as const), session }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("view" as const), session }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), session }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("full" as const), session }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("reject" as const), session }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const), session }) },
);

/**
 * A client of one session: sends what was not told as stored again, in order, with its first id.
 */
class Client {
	readonly id: string;
	readonly told = new Map<string, number>();
	#next = 0;
	unsent: string[] = [];

	constructor(id: string) {
		this.id = id;
	}

	async play(open: OpenStore): Promise<void> {
		this.#next += 1;
		this.unsent.push(`m${this.#next}`);
		const sent = [...this.unsent];
		const answered = await open.play(
			this.id,
			sent.flatMap((name) => [move(name, bodyOf(name))]),
		);
		if (!answered.ok) return;
		for (const { id, seq } of answered.answer.receipts) {
			// A resend is told the same place as the first time.
			expect(this.told.get(id) ?? seq).toBe(seq);
			this.told.set(id, seq);
		}
		this.unsent = this.unsent.filter((name) => !this.told.has(name));
	}
}

const bodyOf = (name: string) => {
	const number = Number(name.slice(1));
	const artifact = `a${Math.floor(number / 3)}`;
	return [spawn(artifact), status(artifact, "ground"), deposit(artifact)][number % 3] ?? spawn("x");
};

describe.each(DRIVERS)("random faults on $name", (kit) => {
	it("[K10, K3] each move counts once, where its receipt says", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
				let open = await OpenStore.open(kit, kit.makePlace(), { cachedSessionsMax: 2 });
				const clients: Client[] = [];
				for (let at = 0; at < SESSIONS; at += 1)
					clients.push(new Client((await open.create()).sessionId));
				let running: Promise<unknown>[] = [];
				const settle = async (): Promise<void> => {
					await Promise.all(running);
					running = [];
				};
				for (const each of steps) {
					const client = clients[each.session] as Client;
					if (each.do === "play") running.push(client.play(open));
					else if (each.do === "view") running.push(open.tryView(client.id));
					else if (each.do === "restart") {
						await settle();
						open = await open.reopen(kit, { cachedSessionsMax: 2 });
					} else {
						if (each.do !== "wait") open.faults.failNext(faultOf(each.do));
						await settle();
						await heal(open);
					}
				}
				await settle();
				open.faults.stopFailing();
				await heal(open);
				for (const client of clients) await client.play(open);
				open = await open.reopen(kit);
				for (const { id, told, unsent } of clients) {
					expect(unsent).toEqual([]);
					const { moves } = await open.log(id);
					expect(new Map(moves.map((entry) => [entry.id, entry.seq]))).toEqual(told);
					expect(moves).toHaveLength(told.size);
					expect((await open.view(id)).seq).toBe(moves.length);
				}
				await open.close();
			}),
			{ numRuns: 15 },
		);
	}, 60_000);
});

/** `reject` names the first session of the batch. */
const faultOf = (kind: "full" | "reject"): Fault =>
	kind === "full"
		? FULL
		: (batch) => (typeof batch[1] === "number" && batch[1] > 0 ? rejected(batch[1]) : null);
