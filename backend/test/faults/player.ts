import { LiveClient } from "../support/live-client.js";
import type { Answer, HttpClient } from "./http-client.js";
import type { Ledger } from "./ledger.js";

/** What a write came to that was not saved: refused in order, or no answer at all. */
export type Outcome = Answer | null;

export interface Failed {
	readonly failed: Outcome;
}

interface Write {
	readonly path: string;
	readonly body: object;
	readonly key: string | undefined;
	/** Notes in the ledger what the answer acknowledges. */
	readonly saved: (body: Answer["body"]) => void;
}

/**
 * Plays one session after the other with every kind of write there is, and notes in the ledger what
 * was sent and what was answered. Each method resolves to null when all was saved, else to what was
 * not.
 */
export class Player {
	#http: HttpClient;
	readonly #ledger: Ledger;
	#unsaved: Write | null = null;

	constructor(http: HttpClient, ledger: Ledger) {
		this.#http = http;
		this.#ledger = ledger;
	}

	/** The new session's id, or the outcome where there is none. */
	async create(): Promise<string | { failed: Outcome }> {
		const key = this.#ledger.nextToken();
		let sessionId = "";
		const failed = await this.#write({
			path: "/api/sessions",
			body: { requestedDurationSeconds: 600 },
			key,
			saved: (body) => {
				sessionId = String(body["sessionId"]);
				this.#ledger.open(sessionId, key);
			},
		});
		return failed ?? sessionId;
	}

	/** A batch of `count` moves, each of which changes something. */
	moves(sessionId: string, count: number): Promise<Failed | null> {
		return this.#batch(sessionId, this.#spawns(sessionId, count));
	}

	single(sessionId: string, name: string, body: object): Promise<Failed | null> {
		const key = this.#ledger.nextToken();
		this.#ledger.send(sessionId, [key]);
		return this.#write({
			path: `/api/sessions/${sessionId}/${name}`,
			body,
			key,
			saved: () => this.#ledger.acknowledge(sessionId, [key]),
		});
	}

	/** Spawns, picks up, drops, deposits and ends: every call once, in one session of its own. */
	async game(): Promise<Failed | null> {
		const sessionId = await this.create();
		if (typeof sessionId !== "string") return sessionId;
		const [first = "", second = ""] = [this.#ledger.nextToken(), this.#ledger.nextToken()];
		this.#ledger.send(sessionId, [first, second]);
		const moves = [first, second].map((id) => ({ id, type: "spawn", artifactId: id, x: 1, y: 1 }));
		const failure = await this.#batch(sessionId, moves);
		if (failure !== null) return failure;
		const calls: [name: string, body: object][] = [
			["spawn", { x: 3, y: 4 }],
			["artifact-status", { artifactId: first, status: "ground" }],
			["artifact-status", { artifactId: first, status: "carried" }],
			["deposit", { artifactId: second }],
			["end", { result: "lost" }],
		];
		for (const [name, body] of calls) {
			const failure = await this.single(sessionId, name, body);
			if (failure !== null) return failure;
		}
		return null;
	}

	/** Sends what was not saved once more, as it was, to a server that may be another one. */
	async resend(http: HttpClient): Promise<Failed | null> {
		this.#http = http;
		return this.#unsaved === null ? null : this.#write(this.#unsaved);
	}

	/**
	 * Sends `messages` of `count` moves over a live connection without waiting, then takes the
	 * receipts.
	 */
	async live(url: string, sessionId: string, messages: number, count: number): Promise<void> {
		const client = new LiveClient(`${url.replace("http", "ws")}/api/sessions/${sessionId}/live`);
		await client.next();
		for (let ref = 1; ref <= messages; ref += 1)
			client.send({ type: "moves", ref, moves: this.#spawns(sessionId, count) });
		for (let received = 0; received < messages; ) {
			const message = await client.next();
			if (message.type !== "receipts") continue;
			received += 1;
			this.#acknowledgeReceipts(sessionId, message.receipts);
		}
		client.socket.close();
		await client.closed;
	}

	/** Writes until something is not saved, at most `rounds` times; resolves to what that was. */
	async untilFailure(rounds = Number.POSITIVE_INFINITY): Promise<Failed | null> {
		for (let round = 0; round < rounds; ) {
			const sessionId = await this.create();
			if (typeof sessionId !== "string") return sessionId;
			// Well below what a session takes.
			for (let step = 0; step < 200 && round < rounds; step += 1, round += 1) {
				const failure =
					step % 3 === 0
						? await this.moves(sessionId, 2)
						: await this.single(sessionId, "spawn", { x: step, y: 2 });
				if (failure !== null) return failure;
			}
		}
		return null;
	}

	#batch(sessionId: string, moves: object[]): Promise<Failed | null> {
		return this.#write({
			path: `/api/sessions/${sessionId}/moves`,
			body: { moves },
			key: undefined,
			saved: (body) => this.#acknowledgeReceipts(sessionId, body["receipts"]),
		});
	}

	async #write(write: Write): Promise<Failed | null> {
		this.#unsaved = write;
		const answer = await this.#http.call("POST", write.path, write.body, write.key);
		if (answer === null || answer.status >= 300) return { failed: answer };
		write.saved(answer.body);
		this.#unsaved = null;
		return null;
	}

	#spawns(sessionId: string, count: number): object[] {
		const ids = Array.from({ length: count }, () => this.#ledger.nextToken());
		this.#ledger.send(sessionId, ids);
		return ids.map((id, at) => ({ id, type: "spawn", artifactId: id, x: at, y: 2 }));
	}

	#acknowledgeReceipts(sessionId: string, receipts: unknown): void {
		const list = receipts as { id: string; applied: string }[];
		const saved = list.filter(({ applied }) => applied !== "refused").map(({ id }) => id);
		this.#ledger.acknowledge(sessionId, saved);
	}
}
