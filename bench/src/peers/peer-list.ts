import { join } from "node:path";
import { savepointCommand } from "../servers/listening-server.js";
import { boardgamePeer } from "./boardgame-peer.js";
import { httpPeer } from "./http-peer.js";
import type { Peer } from "./peer.js";
import { PEERS_DIRECTORY } from "./peers-directory.js";

const homeMade = (name: string, pragmas: readonly string[]): Peer =>
	httpPeer(
		`Fastify + better-sqlite3, ${name}`,
		(home) => ({
			args: [join(PEERS_DIRECTORY, "fastify-sqlite.mjs"), join(home, "games.sqlite"), ...pragmas],
			env: { NODE_ENV: "production" },
		}),
		{ isOurs: false },
	);

/** Savepoint first. */
export const PEERS: readonly Peer[] = [
	httpPeer("Savepoint", (home) => savepointCommand(join(home, "bench.sqlite")), { isOurs: true }),
	homeMade("default pragmas", []),
	homeMade("WAL as its manual advises", ["journal_mode = wal"]),
	homeMade("WAL with synchronous=FULL", ["journal_mode = wal", "synchronous = full"]),
	boardgamePeer,
	httpPeer(
		"Durable Objects, local (miniflare)",
		(home) => ({
			args: [join(PEERS_DIRECTORY, "durable-objects.mjs"), join(home, "objects")],
			env: {},
		}),
		{ isOurs: false },
	),
];
