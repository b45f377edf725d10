import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";

/** Bodies and paths, as the contract has it. */
export function requestsContract(caller: () => ContractCaller): void {
	describe("bodies", () => {
		it.each(["{", "[1,", "x", '{"x":1,"y":2}}', "   "])("refuse %j as JSON", async (payload) => {
			const response = await caller().post(`${await caller().start()}/spawn`, payload);
			expect(seen(response)).toEqual(failure(400, "BAD_JSON"));
		});

		it.each(['{"x":1,"y":2,"__proto__":{"z":1}}', '{"constructor":{"prototype":{"z":1}}}'])(
			"refuse %s, which could poison a prototype",
			async (payload) => {
				const response = await caller().post(`${await caller().start()}/spawn`, payload);
				expect(seen(response)).toEqual(failure(400, "BAD_JSON"));
				expect(Object.hasOwn(Object.prototype, "z")).toBe(false);
			},
		);

		it("end at 100 KiB", async () => {
			const session = await caller().start();
			const filled = (length: number) => {
				const rest = length - JSON.stringify({ x: 1, y: 1, pad: "" }).length;
				return JSON.stringify({ x: 1, y: 1, pad: "p".repeat(rest) });
			};
			expect((await caller().post(`${session}/spawn`, filled(102_400))).statusCode).toBe(201);
			const large = await caller().post(`${session}/spawn`, filled(102_401));
			expect(seen(large)).toEqual(failure(413, "BODY_TOO_LARGE"));
		});
	});

	describe("paths", () => {
		it.each(["/nowhere", "//", "/api", "/api/sessions/a/b/c", "/api/sessions/a/fly"])(
			"%s is 404, whatever the method and the body",
			async (url) => {
				expect(seen(await caller().get(url))).toEqual(failure(404, "NOT_FOUND"));
				expect(seen(await caller().post(url, "{{{"))).toEqual(failure(404, "NOT_FOUND"));
			},
		);

		it.each([
			["DELETE", "/api/sessions", "POST"],
			["GET", "/api/sessions", "POST"],
			["POST", "/api/sessions/stats", "GET, HEAD"],
			["PUT", "/api/sessions/any", "GET, HEAD"],
			["PATCH", "/api/sessions/any/moves?x=1", "GET, HEAD, POST"],
			["GET", "/api/sessions/any/spawn", "POST"],
			["OPTIONS", "/health", "GET, HEAD"],
		] as const)("%s %s is 405 and allows %s", async (method, url, allow) => {
			const response = await caller().call({ method, url });
			expect(seen(response)).toEqual(failure(405, "METHOD_NOT_ALLOWED"));
			expect(response.headers["allow"]).toBe(allow);
		});

		it.each(["/api/sessions/%", "/api/sessions/%zz", "/%E0%A4%A"])(
			"%s is a malformed escape and 400",
			async (url) => expect(seen(await caller().get(url))).toEqual(failure(400, "BAD_REQUEST")),
		);

		it("an id that is far too long is of no session", async () => {
			const response = await caller().get(`/api/sessions/${"x".repeat(5_000)}`);
			expect(seen(response)).toEqual(failure(404, "SESSION_NOT_FOUND"));
		});

		it("answer HEAD where they answer GET", async () => {
			const response = await caller().call({ method: "HEAD", url: "/health" });
			expect(response.statusCode).toBe(200);
			expect(response.body).toBe("");
		});
	});
}
