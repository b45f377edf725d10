// Goal: what opens something can neither be guessed nor be felt out. Method: thousands of ids, bit
// by bit; and the comparisons of secrets, watched where Node makes them.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#src/ids.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_LENGTH = 10;
const IDS = 4_000;
const PASSWORD = "correct horse battery";
const TOKEN = "a-token-for-the-metrics";

/** How often each bit behind the time is set, of many ids. */
function bitShares(ids: readonly string[]): number[] {
	const letters = [...(ids[0] ?? "")].slice(TIME_LENGTH);
	return letters.flatMap((_, at) =>
		[0, 1, 2, 3, 4].map((bit) => {
			const set = ids.filter((id) => (ALPHABET.indexOf(id[TIME_LENGTH + at] ?? "") >> bit) & 1);
			return set.length / ids.length;
		}),
	);
}

describe("an id", () => {
	it("[X46] has 130 bits that nothing tells, also beside ids of the same moment", () => {
		const ids = Array.from({ length: IDS }, () => newId(1_750_000_000_000));
		expect(new Set(ids).size).toBe(IDS);
		const shares = bitShares(ids);
		expect(shares).toHaveLength(130);
		// Five standard deviations of 4,000 throws of a coin.
		for (const share of shares) expect(Math.abs(share - 0.5)).toBeLessThan(0.04);
	});

	it("[X46] negative control: a bit that hardly ever changes is seen", () => {
		const ids = Array.from({ length: IDS }, () => `${newId(0).slice(0, -1)}0`);
		expect(bitShares(ids).filter((share) => Math.abs(share - 0.5) >= 0.04)).toHaveLength(5);
	});
});

describe("a secret", { timeout: 60_000 }, () => {
	let server: SqliteApp;
	/** The lengths of what was compared in constant time. */
	let compared: [number, number][] = [];
	const real = crypto.timingSafeEqual;

	beforeAll(async () => {
		crypto.timingSafeEqual = (a, b) => {
			compared.push([a.byteLength, b.byteLength]);
			return real(a, b);
		};
		syncBuiltinESMExports();
		server = await makeSqliteApp({
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			SAVEPOINT_METRICS_TOKEN: TOKEN,
		});
	});
	afterEach(() => {
		compared = [];
	});
	afterAll(async () => {
		crypto.timingSafeEqual = real;
		syncBuiltinESMExports();
		await server.close();
	});

	it.each([
		["right", PASSWORD, 200],
		["wrong in its first letter", `x${PASSWORD.slice(1)}`, 401],
		["wrong in its last letter", `${PASSWORD.slice(0, -1)}x`, 401],
		["too short", "c", 401],
	])(
		"[X41] the console's password, %s, is compared whole and in constant time",
		async (_what, password, status) => {
			const answer = await server.app.inject({
				method: "POST",
				url: "/api/console/sign-in",
				headers: { "x-savepoint-console": "1" },
				payload: { password },
			});
			expect(answer.statusCode).toBe(status);
			expect(compared).toEqual([[32, 32]]);
		},
	);

	it.each([
		["right", TOKEN, 200],
		["wrong in its last letter", `${TOKEN.slice(0, -1)}x`, 404],
		["a letter long", "a", 404],
		["not there", null, 404],
	])(
		"[X41] the token of the metrics, %s, is compared whole and in constant time",
		async (_what, token, status) => {
			const headers = token === null ? {} : { authorization: `Bearer ${token}` };
			expect((await server.app.inject({ url: "/metrics", headers })).statusCode).toBe(status);
			expect(compared).toEqual([[32, 32]]);
		},
	);

	it("[X41] the console's cookie is looked up by its hash alone", async () => {
		const cookie = `savepoint_console=${"A".repeat(43)}`;
		const answer = await server.app.inject({ url: "/api/console/overview", headers: { cookie } });
		expect(answer.statusCode).toBe(401);
		const rows = await server.query("select token_hash from operator_sign_ins");
		for (const row of rows)
			expect(row).toEqual({ token_hash: expect.stringMatching(/^[\w-]{43}$/) });
	});
});
