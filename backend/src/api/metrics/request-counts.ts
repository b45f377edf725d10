import type { onSendHookHandler, RouteOptions } from "fastify";

/** Classes of an answer's status, in the order in which they are counted. */
export const STATUS_CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;

export interface RouteCounts {
	readonly method: string;
	/** The path as it was registered, `:id` and all: no id of anybody. */
	readonly route: string;
	readonly byClass: number[];
}

/**
 * Counts what is answered, for `/metrics`. A route's own numbers are bound to it once, when it
 * registers, so that an answer costs one addition and no look-up.
 */
export class RequestCounts {
	readonly routes: RouteCounts[] = [];
	/** Paths that are none of ours, and methods that a path does not take. */
	unmatched = 0;
	liveConnections = 0;

	/** For Fastify's `onRoute` hook. */
	watch(route: RouteOptions): void {
		const byClass = STATUS_CLASSES.map(() => 0);
		this.routes.push({ method: String(route.method), route: route.url, byClass });
		const count: onSendHookHandler = (_request, reply, _payload, done) => {
			const at = Math.floor(reply.statusCode / 100) - 2;
			byClass[at] = (byClass[at] ?? 0) + 1;
			done();
		};
		route.onSend = [...[route.onSend ?? []].flat(), count];
	}
}
