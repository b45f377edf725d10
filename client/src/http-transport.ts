import type { MovesAnswer, Session } from "@savepoint/core";
import { failureOf, NO_ANSWER } from "./errors.js";
import type { Clock, FetchFunction, MovesOutcome, Outcome } from "./types.js";

/** An answer later than this is not waited for; the resend is harmless. */
const ANSWER_TIMEOUT_MS = 15_000;

interface Request {
	readonly method: "GET" | "POST";
	readonly path: string;
	readonly body?: string;
	readonly key?: string;
}

/**
 * The calls the client makes, one attempt each. They never reject: whatever goes wrong is an
 * outcome.
 */
export class HttpTransport {
	readonly #baseUrl: string;
	readonly #fetch: FetchFunction;
	readonly #clock: Clock;

	constructor(baseUrl: string, fetchFunction: FetchFunction, clock: Clock) {
		this.#baseUrl = baseUrl;
		this.#fetch = fetchFunction;
		this.#clock = clock;
	}

	createSession(durationSeconds: number | null, key: string): Promise<Outcome<Session>> {
		const body = JSON.stringify(
			durationSeconds === null ? {} : { requestedDurationSeconds: durationSeconds },
		);
		return this.#call({ method: "POST", path: "/api/sessions", body, key }, isSession);
	}

	readSession(sessionId: string): Promise<Outcome<Session>> {
		return this.#call({ method: "GET", path: sessionPath(sessionId) }, isSession);
	}

	/** `movesJson`: the array of moves, as JSON. */
	sendMoves(sessionId: string, movesJson: string): Promise<MovesOutcome> {
		const path = `${sessionPath(sessionId)}/moves`;
		return this.#call({ method: "POST", path, body: `{"moves":${movesJson}}` }, isMovesAnswer);
	}

	async #call<T>(request: Request, check: (value: unknown) => value is T): Promise<Outcome<T>> {
		const abort = new AbortController();
		const cancelTimeout = this.#clock.after(ANSWER_TIMEOUT_MS, () => abort.abort());
		try {
			const response = await this.#fetch(new URL(request.path, this.#baseUrl).href, {
				method: request.method,
				headers: headersOf(request),
				signal: abort.signal,
				...(request.body === undefined ? {} : { body: request.body }),
			});
			const body = parseJson(await response.text());
			if (response.status >= 200 && response.status < 300)
				return check(body) ? { kind: "answer", answer: body } : NO_ANSWER;
			return failureOf(errorBodyOf(body), retryAfterMsOf(response.headers.get("retry-after")));
		} catch {
			// Refused, reset or timed out: all the same to a resend.
			return NO_ANSWER;
		} finally {
			cancelTimeout();
		}
	}
}

export const sessionPath = (sessionId: string): string =>
	`/api/sessions/${encodeURIComponent(sessionId)}`;

function headersOf(request: Request): Record<string, string> {
	return {
		accept: "application/json",
		...(request.body === undefined ? {} : { "content-type": "application/json" }),
		...(request.key === undefined ? {} : { "idempotency-key": request.key }),
	};
}

/** null for a page that is not JSON, such as a proxy's. */
function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function errorBodyOf(body: unknown): { readonly code: unknown; readonly error: unknown } {
	if (typeof body !== "object" || body === null) return { code: null, error: null };
	return {
		code: "code" in body ? body.code : null,
		error: "error" in body ? body.error : null,
	};
}

function retryAfterMsOf(header: string | null): number | null {
	const seconds = header === null || header === "" ? Number.NaN : Number(header);
	return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/**
 * An answer counts only when it says that it is durable: no proxy's page ever passes for a
 * receipt.
 */
export function isMovesAnswer(value: unknown): value is MovesAnswer {
	return (
		typeof value === "object" &&
		value !== null &&
		"durable" in value &&
		value.durable === true &&
		"receipts" in value &&
		Array.isArray(value.receipts) &&
		"seq" in value &&
		typeof value.seq === "number" &&
		"stateHash" in value &&
		typeof value.stateHash === "string"
	);
}

function isSession(value: unknown): value is Session {
	return (
		typeof value === "object" &&
		value !== null &&
		"sessionId" in value &&
		typeof value.sessionId === "string" &&
		"seq" in value &&
		typeof value.seq === "number"
	);
}
