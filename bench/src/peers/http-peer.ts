import { createTargets, type HttpLoad, loadStatusCalls } from "../load/http-load.js";
import type { ServerCommand } from "../servers/listening-server.js";
import type { Peer, PeerPlayer } from "./peer.js";

const SESSIONS = 256;
const STATUSES = ["ground", "inAir", "flying", "carried"] as const;
const ASKED = "one HTTP call for a move";

async function ask(url: string, body?: unknown): Promise<{ readonly seq: number }> {
	const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
	const response = await fetch(url, request);
	if (!response.ok) throw new Error(`answered ${response.status}`);
	return (await response.json()) as { seq: number };
}

async function join(url: string): Promise<PeerPlayer> {
	const [target] = await createTargets(url, 1);
	if (target === undefined) throw new Error("no session was made");
	const { sessionId, artifactId } = target;
	const path = `/api/sessions/${sessionId}`;
	let moves = 0;
	return {
		async move() {
			moves += 1;
			const status = STATUSES[moves % STATUSES.length];
			return (await ask(`${url}${path}/artifact-status`, { artifactId, status })).seq;
		},
		// The server may have come back on another port.
		stored: async (urlNow) => (await ask(`${urlNow}${path}`)).seq,
		close: () => undefined,
	};
}

async function load(url: string, options: HttpLoad) {
	const targets = await createTargets(url, SESSIONS);
	await loadStatusCalls(url, targets, { ...options, seconds: 1 });
	const { requestsPerSecond, p99Ms } = await loadStatusCalls(url, targets, options);
	return { movesPerSecond: requestsPerSecond, p99Ms };
}

/** A server that takes the calls of Savepoint's own HTTP contract. */
export const httpPeer = (
	name: string,
	command: (home: string) => ServerCommand,
	{ isOurs }: { readonly isOurs: boolean },
): Peer => ({ name, asked: ASKED, isOurs, command, join, load });
