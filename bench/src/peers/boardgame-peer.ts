import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { HttpLoad } from "../load/http-load.js";
import { percentile } from "../report/statistics.js";
import type { Peer, PeerLoadResult, PeerPlayer } from "./peer.js";
import { PEERS_DIRECTORY } from "./peers-directory.js";

/** What is used of socket.io-client, which is only there when the peers are installed. */
interface GameSocket {
	emit(event: string, ...args: readonly unknown[]): void;
	once(event: string, listener: (...args: never[]) => void): void;
	close(): void;
}
type Connect = (url: string, options: Readonly<Record<string, unknown>>) => GameSocket;
interface MatchState {
	readonly _stateID: number;
}

const GAME = "savepoint";
const PLAYER = "0";
const STATUSES = ["ground", "inAir", "flying", "carried"] as const;
const ANSWER_MS = 10_000;

const connectTo = (url: string): GameSocket => {
	const { io } = createRequire(join(PEERS_DIRECTORY, "package.json"))("socket.io-client") as {
		io: Connect;
	};
	return io(`${url}/${GAME}`, { transports: ["websocket"], forceNew: true, reconnection: false });
};

/** Sends and waits for the event that answers it, the match's state among its arguments. */
function exchange<T>(socket: GameSocket, event: string, send: () => void): Promise<T> {
	return new Promise((resolve, reject) => {
		const late = setTimeout(() => reject(new Error(`no ${event} came`)), ANSWER_MS);
		socket.once(event, (...[, second]: readonly unknown[]) => {
			clearTimeout(late);
			resolve(second as T);
		});
		send();
	});
}

/** Asking for a match that is not there makes it. */
const sync = async (socket: GameSocket, matchId: string): Promise<MatchState> => {
	const { state } = await exchange<{ state: MatchState }>(socket, "sync", () =>
		socket.emit("sync", matchId, PLAYER, undefined, 1),
	);
	return state;
};

async function joinMatch(url: string): Promise<PeerPlayer> {
	const socket = connectTo(url);
	const matchId = randomUUID();
	let state = await sync(socket, matchId);
	return {
		async move() {
			const { _stateID } = state;
			const args = ["artifact-1", STATUSES[_stateID % STATUSES.length]];
			const payload = { type: "setStatus", args, playerID: PLAYER };
			state = await exchange<MatchState>(socket, "update", () =>
				socket.emit("update", { type: "MAKE_MOVE", payload }, _stateID, matchId, PLAYER),
			);
			return state._stateID;
		},
		async stored(urlNow) {
			const again = connectTo(urlNow);
			try {
				return (await sync(again, matchId))._stateID;
			} finally {
				again.close();
			}
		},
		close: () => socket.close(),
	};
}

/** Its server is slow enough for a generator in this process, which is idle meanwhile. */
async function load(url: string, { connections, seconds }: HttpLoad): Promise<PeerLoadResult> {
	const players = await Promise.all(Array.from({ length: connections }, () => joinMatch(url)));
	const tookMs: number[] = [];
	const startedAtMs = performance.now();
	const endsAtMs = startedAtMs + seconds * 1000;
	await Promise.all(
		players.map(async (player) => {
			while (performance.now() < endsAtMs) {
				const sentAtMs = performance.now();
				await player.move();
				tookMs.push(performance.now() - sentAtMs);
			}
		}),
	);
	const took = (performance.now() - startedAtMs) / 1000;
	for (const player of players) player.close();
	return { movesPerSecond: tookMs.length / took, p99Ms: percentile(tookMs, 99) };
}

/** Moves go through its own socket: its HTTP side makes and lists matches, and takes no moves. */
export const boardgamePeer: Peer = {
	name: "boardgame.io, FlatFile storage",
	asked: "one message on its socket for a move",
	isOurs: false,
	command: (home) => ({
		args: [join(PEERS_DIRECTORY, "boardgame.mjs"), join(home, "matches")],
		env: { NODE_ENV: "production" },
	}),
	join: joinMatch,
	load,
};
