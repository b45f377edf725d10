import { connect as connectSocket, type Socket } from "node:net";
import { DATABASE_CONNECT_SECONDS } from "../limits.js";

/**
 * `DATABASE_URL` may name several servers, of which one takes writes: the primary and its standbys.
 *
 * The client's own way through such a list never gives up: it goes round and round as fast as it
 * can, also for a connection that nobody waits for any longer, and then runs what that one was made
 * for, which its caller has been told is not stored. So the client is given one server at a time,
 * and fails with it; the next attempt, which is the queue's, goes to the next server.
 */
export class PostgresHosts {
	readonly #hosts: readonly { readonly host: string; readonly port: number }[];
	#at = 0;
	/** Connections that were made a moment ago, in whatever state they are. */
	#young: { readonly at: number; readonly bornAtMs: number; readonly socket: Socket }[] = [];

	/** null where the address names one server, which is left to the client. */
	static of(url: string): PostgresHosts | null {
		// 1. All connections of a process to one database share what they know of it.
		const known = KNOWN.get(url);
		if (known !== undefined) return known;
		// 2. The part between the password and the database.
		const [, list = ""] = /^\w+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url) ?? [];
		if (!list.includes(",")) return null;
		const hosts = new PostgresHosts(list.split(","));
		KNOWN.set(url, hosts);
		return hosts;
	}

	private constructor(list: readonly string[]) {
		this.#hosts = list.map((item) => {
			const [host = "", port = ""] = item.split(":");
			return { host, port: port === "" ? PORT_DEFAULT : Number(port) };
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
		// 1. One that was of use lives longer: a standby is left at once, an absent server is not met.
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
		this.#young.push({ at: this.#at, bornAtMs: nowMs, socket });
		// The client asks its socket for the name that a certificate must have.
		return Object.assign(socket, { host, port });
	}
}

const PORT_DEFAULT = 5432;
const YOUNG_MS = (DATABASE_CONNECT_SECONDS + 1) * 1_000;
const KNOWN = new Map<string, PostgresHosts>();
