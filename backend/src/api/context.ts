import type { onRequestHookHandler } from "fastify";
import type { AppDeps } from "./deps.js";
import type { RequestCounts } from "./metrics/request-counts.js";

/** What each resource needs to register its calls. */
export interface ApiContext extends AppDeps {
	readonly requests: RequestCounts;
	/** Hooks of every call that writes: the limit per client address, or nothing when it is off. */
	readonly onWrite: onRequestHookHandler[];
}
