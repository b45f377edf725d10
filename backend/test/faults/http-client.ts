import { Agent, type IncomingMessage, request } from "node:http";

export interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: Readonly<Record<string, unknown>>;
}

/** Single calls over kept connections; one attempt each. */
export class HttpClient {
	readonly #url: string;
	readonly #agent: Agent;

	constructor(url: string, connections = 1) {
		this.#url = url;
		this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
	}

	/** null where no whole answer came. Never rejects. */
	call(method: "GET" | "POST", path: string, body?: unknown, key?: string): Promise<Answer | null> {
		const text = body === undefined ? "" : JSON.stringify(body);
		const headers = {
			"content-length": Buffer.byteLength(text),
			...(key !== undefined && { "idempotency-key": key }),
		};
		return new Promise((resolve) => {
			const options = { method, headers, agent: this.#agent };
			const outgoing = request(new URL(path, this.#url), options, (incoming) => {
				let received = "";
				incoming.setEncoding("utf8").on("data", (chunk: string) => {
					received += chunk;
				});
				incoming.on("error", () => resolve(null));
				incoming.on("close", () => resolve(incoming.complete ? read(incoming, received) : null));
			});
			outgoing.on("error", () => resolve(null));
			outgoing.end(text);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

function read(incoming: IncomingMessage, text: string): Answer | null {
	const body: unknown = JSON.parse(text);
	if (typeof body !== "object" || body === null) return null;
	return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: { ...body } };
}
