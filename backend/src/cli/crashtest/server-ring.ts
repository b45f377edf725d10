/**
 * The servers of one database, in turn. Who asks it at every call never meets the same server
 * twice in a row; with one server it is always that one.
 */
export class ServerRing {
	readonly #urls: readonly string[];
	#at: number;

	/** `start`: where this ring begins, so that not all players begin at the same server. */
	constructor(urls: readonly string[], start = 0) {
		if (urls.length === 0) throw new Error("A ring of servers needs one.");
		this.#urls = urls;
		this.#at = start;
	}

	get isOne(): boolean {
		return this.#urls.length === 1;
	}

	/** The address of the next server. */
	next(): string {
		const url = this.#urls[this.#at % this.#urls.length] ?? "";
		this.#at += 1;
		return url;
	}

	/** The same path at the next server; a `ws:` address stays one. */
	hop(url: string): string {
		const hopped = new URL(url);
		hopped.host = new URL(this.next()).host;
		return hopped.href;
	}
}
