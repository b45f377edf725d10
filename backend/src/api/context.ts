import type { onRequestHookHandler } from "fastify";
import type { AppDeps } from "./deps.js";

/** What each resource needs to register its calls. */
export interface ApiContext extends AppDeps {
	/** Hooks of every call that writes: the limit per client address, or nothing when it is off. */
	readonly onWrite: onRequestHookHandler[];
}
