import type { HttpClient } from "./http-client.js";

/**
 * What every token looks like; `checkSyncs` finds it in requests, on the way to the disk and in
 * answers.
 */
export const TOKEN = /tok\d{8}/g;

/** Of all ledgers of a test: a key must not be used twice on one server. */
let lastToken = 0;

interface Entry {
	readonly sent: Set<string>;
	readonly acknowledged: Set<string>;
}

export interface Verdict {
	readonly acknowledged: number;
	/** Acknowledged, and not there. */
	readonly lost: string[];
	/** There more than once. */
	readonly duplicated: string[];
	/** There, and never sent. */
	readonly unknown: string[];
}

/** What the players sent and what they were told is saved: the oracle of the fault tests. */
export class Ledger {
	readonly #sessions = new Map<string, Entry>();
	/** Keys of creates that were answered; they stand in no log. */
	readonly created = new Set<string>();

	nextToken(): string {
		lastToken += 1;
		return `tok${String(lastToken).padStart(8, "0")}`;
	}

	/** A session whose create was answered with 201. */
	open(sessionId: string, key: string): void {
		this.#sessions.set(sessionId, { sent: new Set(), acknowledged: new Set() });
		this.created.add(key);
	}

	send(sessionId: string, tokens: readonly string[]): void {
		for (const token of tokens) this.#entry(sessionId).sent.add(token);
	}

	acknowledge(sessionId: string, tokens: readonly string[]): void {
		for (const token of tokens) this.#entry(sessionId).acknowledged.add(token);
	}

	get sessionIds(): string[] {
		return [...this.#sessions.keys()];
	}

	/** Moves that were acknowledged, without creates. */
	get acknowledged(): Set<string> {
		return new Set([...this.#sessions.values()].flatMap((entry) => [...entry.acknowledged]));
	}

	acknowledgedIn(sessionId: string): ReadonlySet<string> {
		return this.#entry(sessionId).acknowledged;
	}

	/**
	 * Compares with the log as the server tells it. Throws where a session that was answered is gone.
	 */
	async verify(client: HttpClient): Promise<Verdict> {
		const verdict = { lost: [] as string[], duplicated: [] as string[], unknown: [] as string[] };
		for (const [sessionId, { sent, acknowledged }] of this.#sessions) {
			const stored = await storedTokens(client, sessionId);
			for (const token of acknowledged) if (!stored.includes(token)) verdict.lost.push(token);
			for (const [at, token] of stored.entries()) {
				if (stored.indexOf(token) !== at) verdict.duplicated.push(token);
				if (!sent.has(token)) verdict.unknown.push(token);
			}
		}
		return { acknowledged: this.acknowledged.size, ...verdict };
	}

	#entry(sessionId: string): Entry {
		const entry = this.#sessions.get(sessionId);
		if (entry === undefined) throw new Error("no such session in the ledger");
		return entry;
	}
}

async function storedTokens(client: HttpClient, sessionId: string): Promise<string[]> {
	const tokens: string[] = [];
	for (let after: unknown = 0; after !== null; ) {
		const path = `/api/sessions/${sessionId}/moves?after=${after}&limit=1000`;
		const answer = await client.call("GET", path);
		if (answer?.status !== 200)
			throw new Error(`the log of ${sessionId} cannot be read: ${answer?.status ?? "no answer"}`);
		const { moves, next } = answer.body as { moves: { id: string }[]; next: number | null };
		tokens.push(...moves.map(({ id }) => id));
		after = next;
	}
	return tokens;
}
