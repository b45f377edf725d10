import { createHash } from "node:crypto";
import type { ConsoleAccess } from "../config.js";
import { SavepointError } from "../errors.js";
import { SIGN_IN_LIFETIME_MS, SIGN_INS_WAITING_MAX } from "../limits.js";
import { hashPassword, isPassword, type PasswordHash, parseHash } from "../password.js";
import { SignInAttempts } from "./attempts.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { SignInStore } from "./ports.js";

export interface SignInsDeps {
	readonly access: ConsoleAccess;
	readonly store: SignInStore;
	readonly audit: AuditBook;
	readonly now: () => number;
	/** An unguessable text for the cookie. */
	readonly newToken: () => string;
}

/**
 * Who may use the console. A sign-in is a random token in the operator's cookie; only its hash is
 * stored, so it survives a restart and cannot be read out of the database.
 */
export class SignIns {
	readonly #deps: SignInsDeps;
	readonly #attempts = new SignInAttempts();
	#hash: Promise<PasswordHash> | null = null;
	#waiting = 0;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(deps: SignInsDeps) {
		this.#deps = deps;
	}

	get isOn(): boolean {
		return this.#deps.access.kind !== "off";
	}

	/**
	 * The cookie's token. Rejects with CONSOLE_OFF, SIGN_IN_LOCKED, PASSWORD_WRONG, or why the
	 * storage cannot keep the sign-in.
	 */
	async signIn(password: string, origin: Origin): Promise<{ token: string; expiresAtMs: number }> {
		const { now, store, audit, newToken } = this.#deps;
		// 1. May anything be tried at all? Asked again when the turn has come.
		this.#refuseLocked(origin);
		if (this.#waiting >= SIGN_INS_WAITING_MAX)
			throw new SavepointError("SIGN_IN_LOCKED", "Too many sign-ins are tried at once; wait.");
		// 2. The password, one at a time: each check takes memory and a core.
		this.#waiting += 1;
		const check = this.#turn.then(() => {
			this.#refuseLocked(origin);
			return this.#check(password, origin);
		});
		this.#turn = check
			.catch(() => undefined)
			.finally(() => {
				this.#waiting -= 1;
			});
		await check;
		// 3. The token, stored before it is told.
		const nowMs = now();
		const token = newToken();
		const expiresAtMs = nowMs + SIGN_IN_LIFETIME_MS;
		const signIn = { tokenHash: hashToken(token), createdAtMs: nowMs, expiresAtMs };
		await audit.record({ action: "sign-in", subject: null, before: null, after: null }, origin, [
			store.expiry(nowMs),
			store.insertion(signIn),
		]);
		return { token, expiresAtMs };
	}

	/** When the sign-in of this token is over, or null: it is none, or over. */
	async expiryOf(token: string): Promise<number | null> {
		const stored = await this.#deps.store.find(hashToken(token));
		return stored === null || stored.expiresAtMs <= this.#deps.now() ? null : stored.expiresAtMs;
	}

	async signOut(token: string, origin: Origin): Promise<void> {
		await this.#deps.audit.record(
			{ action: "sign-out", subject: null, before: null, after: null },
			origin,
			[this.#deps.store.deletion(hashToken(token))],
		);
	}

	/** How long nothing may be tried from there. */
	lockedForMs(origin: Origin): number {
		return this.#attempts.lockedForMs(origin.address, this.#deps.now());
	}

	#refuseLocked(origin: Origin): void {
		if (this.lockedForMs(origin) > 0) throw new SavepointError("SIGN_IN_LOCKED");
	}

	async #check(password: string, origin: Origin): Promise<void> {
		const hash = await this.#expected();
		if (await isPassword(password, hash)) {
			this.#attempts.succeeded(origin.address);
			return;
		}
		this.#attempts.failed(origin.address, this.#deps.now());
		throw new SavepointError("PASSWORD_WRONG");
	}

	/** A plain password is hashed at the first try, so that it is compared like any other. */
	#expected(): Promise<PasswordHash> {
		const { access } = this.#deps;
		switch (access.kind) {
			case "off":
				throw new SavepointError("CONSOLE_OFF");
			case "password":
				this.#hash ??= hashPassword(access.password);
				return this.#hash;
			case "hash": {
				const parsed = parseHash(access.hash);
				// The configuration was checked when it was read.
				if (parsed === null) throw new SavepointError("CONFIG_INVALID");
				return Promise.resolve(parsed);
			}
		}
	}
}

const hashToken = (token: string): string => createHash("sha256").update(token).digest("base64url");
