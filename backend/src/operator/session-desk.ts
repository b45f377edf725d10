import type {
	SESSION_RESULTS,
	Session,
	SessionAudit,
	SessionDetail,
	SessionLine,
	SessionLines,
	SessionLog,
} from "@savepoint/core";
import type { Authority } from "../game/answers.js";
import type { Removal } from "../storage/removals/ports.js";
import type { DirectoryQuery, SessionListing } from "../storage/session-directory.js";
import type { AuditBook } from "./audit-book.js";
import type { Directory, LiveSessions, SessionRemovals } from "./ports.js";

export interface SessionDeskDeps {
	readonly directory: Directory;
	readonly authority: Pick<Authority, "view" | "log">;
	readonly live: LiveSessions;
	readonly audit: Pick<AuditBook, "pageOf">;
	readonly removals: Pick<SessionRemovals, "find">;
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
		const session = await this.#view(id);
		return { session, watchers: this.#deps.live.watcherCount(id) };
	}

	/**
	 * Its log from the end, `before` the entry with this place; null: the newest. Rejects as `open`.
	 */
	async log(id: string, before: number | null, limit: number): Promise<SessionLog> {
		const last = before === null ? (await this.#view(id)).seq : before - 1;
		const after = Math.max(0, last - limit);
		const { moves } = await this.#deps.authority.log(id, after, last - after);
		return { moves: moves.toReversed(), next: after === 0 ? null : String(after + 1) };
	}

	/** What operators did to it, also where it is gone: then there are but the entries. */
	async audit(id: string, before: string | null, limit: number): Promise<SessionAudit> {
		const { audit, removals } = this.#deps;
		const [lines, removal] = await Promise.all([
			audit.pageOf(id, before, limit),
			removals.find(id),
		]);
		return { ...lines, removal: removal && removalView(removal) };
	}

	#view(id: string): Promise<Session> {
		return new Promise((resolve, reject) =>
			this.#deps.authority.view(id, { send: resolve, fail: reject }),
		);
	}
}

const removalView = ({ reason, removedAtMs, purgeAtMs }: Removal): SessionAudit["removal"] => ({
	reason,
	removedAt: new Date(removedAtMs).toISOString(),
	purgeAt: new Date(purgeAtMs).toISOString(),
});

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
