import { connect as connectSocket, type Socket } from "node:net";
import { DATABASE_CONNECT_SECONDS } from "../limits.js";

/**
 * Where the connections of `DATABASE_URL` go. It may name several servers, of which one takes
 * writes: the primary and its standbys.
 *
 * The client's own way never gives up where a connection ends before it was of use, and where
 * there are several servers: it goes round and round as fast as it can, also for what nobody waits
 * for any longer, and in the end runs what its caller has been told is not stored. So the client is
 * given one server at a time, and fails with it; the next attempt, which is the queue's, goes to
 * the next server.
 */
export class PostgresHosts {
	readonly #hosts: readonly { readonly host: string; readonly port: number }[];
	#at = 0;
	/** Connections that were made a moment ago, in whatever state they are. */
	#young: { readonly at: number; readonly bornAtMs: number; readonly socket: Socket }[] = [];

	/** null for a socket of this machine and an address without a host: the client knows those. */
	static of(url: string): PostgresHosts | null {
		// 1. All connections of a process to one database share what they know of it.
		const known = KNOWN.get(url);
		if (known !== undefined) return known;
		// 2. The part between the password and the database.
		const [, list = ""] = /^\w+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url) ?? [];
		if (list === "" || /%2f/i.test(list)) return null;
		const hosts = new PostgresHosts(list.split(","));
		KNOWN.set(url, hosts);
		return hosts;
	}

	private constructor(list: readonly string[]) {
		this.#hosts = list.map((item) => {
			const [, v6, name, port] = HOST.exec(item) ?? [];
			return { host: v6 ?? name ?? item, port: Number(port ?? PORT_DEFAULT) };
		});
	}

	get count(): number {
		return this.#hosts.length;
	}

	/** For the client's options: whatever it says of a host in its errors, `socket` decides. */
	get first(): { readonly host: string; readonly port: number } {
		return this.#hosts[0] ?? { host: "", port: PORT_DEFAULT };
	}

	/** A connection to the server that was good last, or to the one after those that were not. */
	socket(): Socket {
		// 1. One that was of use lives longer: a standby is left at once, an absent one is not met.
		const nowMs = performance.now();
		this.#young = this.#young.filter(({ bornAtMs }) => nowMs - bornAtMs < YOUNG_MS);
		const isOfNoUse = this.#young.some(({ at, socket }) => at === this.#at && socket.destroyed);
		if (isOfNoUse) {
			this.#at = (this.#at + 1) % this.#hosts.length;
			this.#young = [];
		}
		// 2. Written to before it is connected; both Node and the client are fine with that.
		const { host, port } = this.#hosts[this.#at] ?? this.first;
		const socket = connectSocket({ host, port });
		// An end before it was of use is a failure, too: nothing is tried again behind our back. A
		// later end the client understands, and an error in its place it would not.
		socket.once("end", () => {
			if (socket.bytesRead < GREETING_BYTES_MIN) socket.destroy(new ConnectionEnded());
		});
		this.#young.push({ at: this.#at, bornAtMs: nowMs, socket });
		// The client asks its socket for the name that a certificate must have.
		return Object.assign(socket, { host, port });
	}
}

class ConnectionEnded extends Error {
	override readonly name = "ConnectionEnded";
	readonly code = "CONNECTION_CLOSED";

	constructor() {
		super("The database server has ended the connection.");
	}
}

/** `name`, `name:port`, `[v6]` or `[v6]:port`. */
const HOST = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/;
const PORT_DEFAULT = 5432;
/** A server that lets us in says more than this, and one that does not says why. */
const GREETING_BYTES_MIN = 64;
const YOUNG_MS = (DATABASE_CONNECT_SECONDS + 1) * 1_000;
const KNOWN = new Map<string, PostgresHosts>();
