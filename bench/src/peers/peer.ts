import type { HttpLoad } from "../load/http-load.js";
import type { ServerCommand } from "../servers/listening-server.js";

/** One session at a peer, played one move after the other. */
export interface PeerPlayer {
	/** Resolves when the move was acknowledged, to how many moves the session has by then. */
	move(): Promise<number>;
	/** How many moves the session has, asked anew; rejects when it is gone. */
	stored(url: string): Promise<number>;
	close(): void;
}

export interface PeerLoadResult {
	readonly movesPerSecond: number;
	readonly p99Ms: number;
}

/** A server that sessions can be kept in, and how it is asked to. */
export interface Peer {
	readonly name: string;
	/** What a move is there, for the table. */
	readonly asked: string;
	readonly isOurs: boolean;
	/** Its files go into this directory. */
	command(home: string): ServerCommand;
	join(url: string): Promise<PeerPlayer>;
	/** One move in flight on each connection. */
	load(url: string, load: HttpLoad): Promise<PeerLoadResult>;
}
