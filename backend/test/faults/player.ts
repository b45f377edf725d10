import { LiveClient } from "../support/live-client.js";
import type { Answer, HttpClient } from "./http-client.js";
import type { Ledger } from "./ledger.js";

/** What a write of a player came to: stored, refused in order, or no answer at all. */
export type Outcome = Answer | null;

const isSaved = (answer: Outcome): boolean =>
	answer !== null && answer.status >= 200 && answer.status < 300;

/**
 * Plays one session after the other with every kind of write there is, and notes in the ledger what was
 * sent and what was answered. Each method resolves to null when all was saved, else to the outcome that
 * was not.
 */
export class Player {
	readonly #http: HttpClient;
	readonly #ledger: Ledger;

	constructor(http: HttpClient, ledger: Ledger) {
		this.#http = http;
		this.#ledger = ledger;
	}

	/** The new session's id, or the outcome where there is none. */
	async create(): Promise<string | { failed: Outcome }> {
		const key = this.#ledger.nextToken();
		const body = { requestedDurationSeconds: 600 };
		const answer = await this.#http.call("POST", "/api/sessions", body, key);
		if (!isSaved(answer)) return { failed: answer };
		const sessionId = String(answer?.body["sessionId"]);
		this.#ledger.open(sessionId, key);
		return sessionId;
	}

	/** A batch of `count` moves, each of which changes something. */
	async moves(sessionId: string, count: number): Promise<{ failed: Outcome } | null> {
		const moves = this.#spawns(sessionId, count);
		const answer = await this.#http.call("POST", `/api/sessions/${sessionId}/moves`, { moves });
		if (!isSaved(answer)) return { failed: answer };
		this.#acknowledgeReceipts(sessionId, answer?.body["receipts"]);
		return null;
	}

	async single(
		sessionId: string,
		name: string,
		body: unknown,
	): Promise<{ failed: Outcome } | null> {
		const key = this.#ledger.nextToken();
		this.#ledger.send(sessionId, [key]);
		const answer = await this.#http.call("POST", `/api/sessions/${sessionId}/${name}`, body, key);
		if (!isSaved(answer)) return { failed: answer };
		this.#ledger.acknowledge(sessionId, [key]);
		return null;
	}

	/** Spawns, picks up, drops, deposits and ends: every call once, in one session of its own. */
	async game(): Promise<{ failed: Outcome } | null> {
		const sessionId = await this.create();
		if (typeof sessionId !== "string") return sessionId;
		const [first = "", second = ""] = [this.#ledger.nextToken(), this.#ledger.nextToken()];
		this.#ledger.send(sessionId, [first, second]);
		const moves = [first, second].map((id) => ({ id, type: "spawn", artifactId: id, x: 1, y: 1 }));
		const answer = await this.#http.call("POST", `/api/sessions/${sessionId}/moves`, { moves });
		if (!isSaved(answer)) return { failed: answer };
		this.#acknowledgeReceipts(sessionId, answer?.body["receipts"]);
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

	/** Sends `messages` of `count` moves over a live connection without waiting, then takes the receipts. */
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

	/** Writes until something is not saved; resolves to what that was. */
	async untilFailure(sessionId: string): Promise<Outcome> {
		for (let round = 0; ; round += 1) {
			const failure =
				round % 3 === 0
					? await this.moves(sessionId, 2)
					: await this.single(sessionId, "spawn", { x: round % 60, y: 2 });
			if (failure !== null) return failure.failed;
		}
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
