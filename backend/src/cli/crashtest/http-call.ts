import { Agent, request } from "node:http";
import type { ServerRing } from "./server-ring.js";

const ANSWER_MS_MAX = 15_000;

export interface HttpCall {
	readonly method: "GET" | "POST";
	readonly path: string;
	readonly body?: unknown;
	/** Idempotency-Key. */
	readonly key?: string | null;
}

export interface HttpAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
}

/** Single HTTP calls over kept connections, one attempt each, at the servers in turn. */
export class HttpCaller {
	readonly #ring: ServerRing;
	readonly #agent: Agent;

	/** `connectionsMax`: to each server. */
	constructor(ring: ServerRing, connectionsMax: number) {
		this.#ring = ring;
		this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
	}

	/** null: no whole answer came, for whatever reason. Never rejects. */
	call({ method, path, body, key }: HttpCall): Promise<HttpAnswer | null> {
		const text = body === undefined ? "" : JSON.stringify(body);
		return new Promise((resolve) => {
			const headers: Record<string, string | number> = {
				"content-length": Buffer.byteLength(text),
				...(key ? { "idempotency-key": key } : {}),
			};
			const outgoing = request(
				new URL(path, this.#ring.next()),
				{ method, headers, agent: this.#agent, timeout: ANSWER_MS_MAX },
				(incoming) => {
					let answer = "";
					incoming.setEncoding("utf8");
					incoming.on("data", (chunk: string) => {
						answer += chunk;
					});
					incoming.on("end", () =>
						resolve(incoming.complete ? readAnswer(incoming.statusCode ?? 0, answer) : null),
					);
					incoming.on("error", () => resolve(null));
				},
			);
			outgoing.on("error", () => resolve(null));
			outgoing.on("timeout", () => outgoing.destroy());
			outgoing.end(text);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

function readAnswer(status: number, text: string): HttpAnswer | null {
	try {
		const body: unknown = JSON.parse(text);
		return isObject(body) ? { status, body } : null;
	} catch {
		return null;
	}
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null;
