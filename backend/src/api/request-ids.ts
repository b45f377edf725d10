import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Every answer has it, and every line of the log that tells of the request. */
export const REQUEST_ID_HEADER = "x-request-id";

/** What is taken from a proxy: it goes into the log and back, so it must be short and plain. */
const PLAIN_ID = /^[\w.:-]{1,64}$/;
/** Of this process; what follows counts its requests. */
const PREFIX_BYTES = 6;

const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
	loopback: ["127.0.0.1/8", "::1/128"],
	linklocal: ["169.254.0.0/16", "fe80::/10"],
	uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * Gives each request an id: the one that a proxy of ours has given it, else one of our own. What
 * anybody else says is not believed, or a stranger could give two requests one id.
 */
export class RequestIds {
	readonly #proxies: BlockList | null;
	readonly #prefix = randomBytes(PREFIX_BYTES).toString("base64url");
	#count = 0;

	/** Addresses and networks, as `SAVEPOINT_TRUST_PROXY` has them. */
	constructor(trustProxy: readonly string[]) {
		this.#proxies = trustProxy.length === 0 ? null : listOf(trustProxy);
	}

	next(request: IncomingMessage): string {
		const given = this.#proxies === null ? undefined : request.headers[REQUEST_ID_HEADER];
		if (typeof given === "string" && PLAIN_ID.test(given) && this.#isFromProxy(request))
			return given;
		this.#count += 1;
		return `${this.#prefix}-${this.#count.toString(36)}`;
	}

	#isFromProxy({ socket: { remoteAddress = "" } }: IncomingMessage): boolean {
		const version = isIP(remoteAddress);
		return version !== 0 && this.#proxies?.check(remoteAddress, `ipv${version}` as Family) === true;
	}
}

type Family = "ipv4" | "ipv6";

function listOf(entries: readonly string[]): BlockList {
	const list = new BlockList();
	for (const network of entries.flatMap((entry) => NAMED_NETWORKS[entry] ?? entry)) {
		const [address = "", bits] = network.split("/");
		const family: Family = isIP(address) === 6 ? "ipv6" : "ipv4";
		if (bits === undefined) list.addAddress(address, family);
		else list.addSubnet(address, Number(bits), family);
	}
	return list;
}
