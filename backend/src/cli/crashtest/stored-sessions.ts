import type { LoggedMove, MovesPage, Session, SessionStats } from "@savepoint/core";
import { SavepointError } from "../../errors.js";
import { MOVES_PAGE_MAX } from "../../limits.js";
import type { HttpAnswer, HttpCaller } from "./http-call.js";
import type { StoredSession } from "./verify-session.js";

const TRIES_MAX = 20;
const RETRY_MS = 100;

/**
 * Reads a session and its whole log from the live server, page by page. A session that is unknown
 * there, or harmed, is `missing`. Throws SERVER_UNREACHABLE when the server does not answer.
 */
export async function readStoredSession(http: HttpCaller, id: string): Promise<StoredSession> {
	const path = `/api/sessions/${id}`;
	const session = await read(http, path);
	if (session.status !== 200) return missing(session);
	const { result, seq } = session.body as Session;
	const moves: LoggedMove[] = [];
	for (let after: number | null = 0; after !== null; ) {
		const answer = await read(http, `${path}/moves?after=${after}&limit=${MOVES_PAGE_MAX}`);
		if (answer.status !== 200) return missing(answer);
		const page: MovesPage = answer.body as MovesPage;
		moves.push(...page.moves);
		after = page.next;
	}
	return { kind: "stored", result, seq, moves };
}

/** Throws SERVER_UNREACHABLE when there is no answer, or none that has them. */
export async function readStats(http: HttpCaller): Promise<SessionStats> {
	const { status, body } = await read(http, "/api/sessions/stats");
	if (status === 200) return body as SessionStats;
	throw new SavepointError("SERVER_UNREACHABLE", `The statistics were answered ${status}.`);
}

const missing = ({ status, body }: HttpAnswer): StoredSession => ({
	kind: "missing",
	reason: `the server answers ${status} ${String(body["code"])}`,
});

async function read(http: HttpCaller, path: string): Promise<HttpAnswer> {
	for (let tries = 0; tries < TRIES_MAX; tries += 1) {
		const answer = await http.call({ method: "GET", path });
		if (answer !== null && answer.status !== 503) return answer;
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	}
	throw new SavepointError("SERVER_UNREACHABLE", "The server does not answer the verification.");
}
