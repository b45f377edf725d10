import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SIGN_IN_FAILURES_WINDOW_MS, SIGN_IN_LOCK_MS } from "#src/limits.js";
import { SignInAttempts } from "#src/operator/attempts.js";
import { formatHash, hashPassword, isPassword, parseHash } from "#src/password.js";

/** Goal: passwords and their failures. Method: real scrypt; a clock that the test turns. */
describe("the console's password", () => {
	it("[O1] is known again from its hash as text, and no other is", async () => {
		const text = formatHash(await hashPassword("blåbärspaj i kväll"));
		const hash = parseHash(text);
		if (hash === null) throw new Error("the hash does not read back");
		expect(await isPassword("blåbärspaj i kväll", hash)).toBe(true);
		expect(await isPassword("blåbärspaj i kväll".normalize("NFD"), hash)).toBe(true);
		expect(await isPassword("blåbärspaj i kvall", hash)).toBe(false);
		expect(text).toMatch(/^scrypt:32768:8:3:[\w-]+:[\w-]+$/);
		expect(text).not.toBe(formatHash(await hashPassword("blåbärspaj i kväll")));
	});

	it("[O1] takes no hash that would cost more than a guess may cost, or that is none", () => {
		const tail = "AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA";
		expect(parseHash(`scrypt:32768:8:3:${tail}`)).not.toBeNull();
		for (const start of ["scrypt:33554432:8:1", "scrypt:32767:8:3", "scrypt:0:8:3", "bcrypt:2:8:3"])
			expect(parseHash(`${start}:${tail}`)).toBeNull();
		fc.assert(fc.property(fc.string(), (text) => parseHash(text) === null));
	});
});

describe("wrong passwords", () => {
	const fail = (attempts: SignInAttempts, address: string, times: number, atMs = 0) => {
		for (let time = 0; time < times; time += 1) attempts.failed(address, atMs);
	};

	it("[O2] lock their address after five within ten minutes, for fifteen", () => {
		const attempts = new SignInAttempts();
		fail(attempts, "10.0.0.1", 4);
		expect(attempts.lockedForMs("10.0.0.1", 0)).toBe(0);
		attempts.failed("10.0.0.1", 1);
		expect(attempts.lockedForMs("10.0.0.1", 1)).toBe(SIGN_IN_LOCK_MS);
		expect(attempts.lockedForMs("10.0.0.2", 1)).toBe(0);
		expect(attempts.lockedForMs("10.0.0.1", 1 + SIGN_IN_LOCK_MS)).toBe(0);
	});

	it("[O2] are forgotten after ten minutes and after the right one", () => {
		const attempts = new SignInAttempts();
		fail(attempts, "10.0.0.1", 4);
		attempts.failed("10.0.0.1", SIGN_IN_FAILURES_WINDOW_MS);
		expect(attempts.lockedForMs("10.0.0.1", SIGN_IN_FAILURES_WINDOW_MS)).toBe(0);
		attempts.succeeded("10.0.0.1");
		fail(attempts, "10.0.0.1", 4, SIGN_IN_FAILURES_WINDOW_MS);
		expect(attempts.lockedForMs("10.0.0.1", SIGN_IN_FAILURES_WINDOW_MS)).toBe(0);
	});

	it("[O2] count for a whole IPv6 network of 64 bits", () => {
		const attempts = new SignInAttempts();
		for (let host = 1; host <= 5; host += 1) attempts.failed(`2001:db8:0:7::${host}`, 0);
		expect(attempts.lockedForMs("2001:db8:0:7:ffff::9", 0)).toBe(SIGN_IN_LOCK_MS);
		expect(attempts.lockedForMs("2001:db8:0:8::1", 0)).toBe(0);
	});
});
