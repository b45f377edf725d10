import { isIPv6 } from "node:net";
import {
	ATTEMPT_ORIGINS_MAX,
	SIGN_IN_FAILURES_MAX,
	SIGN_IN_FAILURES_WINDOW_MS,
	SIGN_IN_LOCK_MS,
} from "../limits.js";

interface Origin {
	failedAtMs: number[];
	lockedUntilMs: number;
}

/**
 * Wrong passwords, for each client address: after five within ten minutes nothing more is tried
 * from there for a quarter of an hour. In memory, and bounded: those that failed longest ago are
 * forgotten first.
 */
export class SignInAttempts {
	readonly #origins = new Map<string, Origin>();

	/** How long nothing may be tried from this address; 0: now. */
	lockedForMs(address: string, nowMs: number): number {
		const origin = this.#origins.get(networkOf(address));
		return origin === undefined ? 0 : Math.max(0, origin.lockedUntilMs - nowMs);
	}

	failed(address: string, nowMs: number): void {
		const network = networkOf(address);
		const origin = this.#origins.get(network) ?? { failedAtMs: [], lockedUntilMs: 0 };
		const since = nowMs - SIGN_IN_FAILURES_WINDOW_MS;
		origin.failedAtMs = [...origin.failedAtMs.filter((atMs) => atMs > since), nowMs];
		if (origin.failedAtMs.length >= SIGN_IN_FAILURES_MAX) {
			origin.lockedUntilMs = nowMs + SIGN_IN_LOCK_MS;
			origin.failedAtMs = [];
		}
		this.#origins.delete(network);
		this.#origins.set(network, origin);
		const oldest = this.#origins.keys().next();
		if (this.#origins.size > ATTEMPT_ORIGINS_MAX && !oldest.done)
			this.#origins.delete(oldest.value);
	}

	succeeded(address: string): void {
		this.#origins.delete(networkOf(address));
	}
}

/** Whoever has one IPv6 address usually has 2^64 of them: the network is what counts. */
function networkOf(address: string): string {
	if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
	const [head = "", tail] = address.split("::");
	const before = head === "" ? [] : head.split(":");
	const after = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
	return [...before, ...Array<string>(Math.max(0, zeros)).fill("0"), ...after]
		.slice(0, 4)
		.join(":");
}
