import type {
	SESSION_RESULTS,
	Session,
	SessionDetail,
	SessionLine,
	SessionLines,
} from "@savepoint/core";
import type { Authority } from "../game/answers.js";
import { CONSOLE_LOG_MOVES } from "../limits.js";
import type { DirectoryQuery, SessionListing } from "../storage/session-directory.js";
import type { Directory, LiveSessions } from "./ports.js";

export interface SessionDeskDeps {
	readonly directory: Directory;
	readonly authority: Pick<Authority, "view" | "log">;
	readonly live: LiveSessions;
}

/** Sessions as operators look at them: lists by an index, one session as its players have it. */
export class SessionDesk {
	readonly #deps: SessionDeskDeps;

	constructor(deps: SessionDeskDeps) {
		this.#deps = deps;
	}

	async list(query: DirectoryQuery): Promise<SessionLines> {
		const found = await this.#deps.directory.page({ ...query, limit: query.limit + 1 });
		const shown = found.slice(0, query.limit);
		return {
			sessions: shown.map((listing) => sessionLine(listing, this.#deps.live.isLive(listing.id))),
			next: found.length > query.limit ? (shown.at(-1)?.cursor ?? null) : null,
		};
	}

	/** Rejects with SESSION_NOT_FOUND or SESSION_HARMED. */
	async open(id: string): Promise<SessionDetail> {
		const { authority, live } = this.#deps;
		const session = await new Promise<Session>((resolve, reject) =>
			authority.view(id, { send: resolve, fail: reject }),
		);
		const after = Math.max(0, session.seq - CONSOLE_LOG_MOVES);
		const { moves } = await authority.log(id, after, CONSOLE_LOG_MOVES);
		return { session, watchers: live.watcherCount(id), log: moves };
	}
}

type Result = (typeof SESSION_RESULTS)[number];

const sessionLine = (listing: SessionListing, live: boolean): SessionLine => ({
	sessionId: listing.id,
	startedAt: new Date(listing.startedAtMs).toISOString(),
	endedAt: listing.endedAtMs === null ? null : new Date(listing.endedAtMs).toISOString(),
	result: listing.result as Result | null,
	stale: listing.stale,
	durationSeconds: listing.durationMs / 1000,
	score: listing.score,
	seq: listing.seq,
	live,
});
