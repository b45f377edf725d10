import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SavepointError } from "../errors.js";
import { UNAVAILABLE_LOGGED_MS } from "../limits.js";
import type { Log } from "../log.js";

/** What the log says of a request: never its path, which holds the session's id. */
export interface LoggedRequest {
	readonly id: string;
	readonly method: string;
	/** The path as it was registered, `:id` and all. */
	readonly route: string;
}

export const loggedRequest = ({ id, method, routeOptions }: FastifyRequest): LoggedRequest => ({
	id,
	method,
	route: routeOptions.url ?? "unmatched",
});

interface Told {
	lastAtMs: number;
	/** Since the last line. */
	leftOut: number;
}

/**
 * Writes down what the server could not do: a failure each time, with its cause. What it cannot do
 * just now (503) is a warning once a second for each code, because a full disk or an overload
 * refuses thousands at once, and writing that down would be a load of its own.
 */
export class FailureLog {
	readonly #log: Log;
	readonly #uptimeMs: () => number;
	readonly #told = new Map<string, Told>();

	constructor(log: Log, uptimeMs = () => performance.now()) {
		this.#log = log;
		this.#uptimeMs = uptimeMs;
	}

	/** `about` is asked for only where a line is written. */
	note(error: SavepointError, about: () => LoggedRequest): void {
		const { code, entry } = error;
		const status = entry.httpStatus ?? 500;
		if (status < 500) return;
		const told = status === 500 ? null : this.#toldOf(code);
		if (told === undefined) return;
		const { id: requestId, method, route } = about();
		const fields = { requestId, method, route, status, code };
		if (told === null) this.#log.error({ ...fields, err: error.cause ?? error }, "failed");
		else this.#log.warn({ ...fields, leftOut: told }, "unavailable");
	}

	/** How many were left out since the last line of this code; undefined: this one is, too. */
	#toldOf(code: string): number | undefined {
		const nowMs = this.#uptimeMs();
		const told = this.#told.get(code) ?? { lastAtMs: Number.NEGATIVE_INFINITY, leftOut: 0 };
		this.#told.set(code, told);
		if (nowMs - told.lastAtMs < UNAVAILABLE_LOGGED_MS) {
			told.leftOut += 1;
			return undefined;
		}
		const { leftOut } = told;
		told.lastAtMs = nowMs;
		told.leftOut = 0;
		return leftOut;
	}
}

/**
 * One line for each finished request. Only where the log has a level that shows them: a hook at the
 * end of each answer costs two listeners a request.
 */
export function logAnswers(app: FastifyInstance, log: Log): void {
	app.addHook("onResponse", (request, reply, done) => {
		const { id: requestId, method, route } = loggedRequest(request);
		const ms = Math.round(reply.elapsedTime * 100) / 100;
		log.debug({ requestId, method, route, status: reply.statusCode, ms }, "answered");
		done();
	});
}
