import type { Commits, SessionRepository } from "../storage/ports.js";
import type { SessionChanges } from "./session-changes.js";

/** What it takes to decide calls on a live session. */
export interface Decider {
	readonly changes: SessionChanges;
	readonly repository: SessionRepository;
	readonly commits: Commits;
	readonly now: () => number;
}
