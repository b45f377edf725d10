import type { onRequestHookHandler } from "fastify";
import type { AppDeps } from "./deps.js";
import type { RequestCounts } from "./metrics/request-counts.js";
import type { RequestIds } from "./request-ids.js";
import type { FailureLog } from "./request-log.js";

/** What each resource needs to register its calls. */
export interface ApiContext extends AppDeps {
	readonly requests: RequestCounts;
	readonly requestIds: RequestIds;
	readonly failures: FailureLog;
	/** Hooks of every call that writes: the limit per client address, or nothing when it is off. */
	readonly onWrite: onRequestHookHandler[];
}
