import type { ErrorBody } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";

/** Starting a session, as the contract has it. */
export function sessionsContract(caller: () => ContractCaller): void {
	describe("POST /api/sessions", () => {
		it("answers the kept shape and what is new beside it", async () => {
			const response = await caller().post("/api/sessions", { requestedDurationSeconds: 42.5 });
			expect(response.statusCode).toBe(201);
			expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
			expect(response.json()).toEqual({
				sessionId: expect.stringMatching(/^\S{26,64}$/),
				seed: expect.any(Number),
				durationSeconds: 42.5,
				score: 0,
				playerSpeedPercent: expect.any(Number),
				artifacts: [],
				terrain: expect.arrayContaining([
					{
						id: expect.any(String),
						type: "ground",
						bounds: {
							x: expect.any(Number),
							y: expect.any(Number),
							width: expect.any(Number),
							height: expect.any(Number),
						},
					},
				]),
				trashCan: {
					position: { x: expect.any(Number), y: expect.any(Number) },
					bounds: expect.objectContaining({ width: expect.any(Number) }),
				},
				status: "active",
				result: null,
				seq: 0,
				stateHash: expect.any(String),
				startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
				endedAt: null,
				remainingSeconds: expect.any(Number),
				generation: 1,
				replayId: null,
			});
		});

		it.each([
			["no body", undefined, {}],
			["no body under application/json", undefined, { "content-type": "application/json" }],
			["an empty body under application/json", "", { "content-type": "application/json" }],
			["null", "null", {}],
			["an empty object", {}, {}],
			["null seconds", { requestedDurationSeconds: null }, {}],
			["0 seconds", { requestedDurationSeconds: 0 }, {}],
			["fields it does not know", { hello: [1], requestedDurationSeconds: 60 }, {}],
		])("takes %s for the default of 60 seconds", async (_name, payload, headers) => {
			const response = await caller().post("/api/sessions", payload, headers);
			expect(response.statusCode).toBe(201);
			expect(response.json()).toMatchObject({ durationSeconds: 60 });
		});

		it.each([
			"text/plain",
			"application/x-www-form-urlencoded",
			"multipart/form-data",
			"nonsense",
			"",
		])("reads JSON under content type %j", async (type) => {
			const body = '{"requestedDurationSeconds":77}';
			const response = await caller().post("/api/sessions", body, { "content-type": type });
			expect(response.statusCode).toBe(201);
			expect(response.json()).toMatchObject({ durationSeconds: 77 });
		});

		it.each([9.99, 600.01, -60, "60", true, [60], {}, 1e300])(
			"refuses %j seconds and names the field, not the value",
			async (requestedDurationSeconds) => {
				const response = await caller().post("/api/sessions", { requestedDurationSeconds });
				expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
				const { error } = response.json<ErrorBody>();
				expect(error).toContain("`requestedDurationSeconds`");
				expect(error).toContain("10 to 600");
			},
		);

		it("takes 10 and 600 seconds", async () => {
			for (const requestedDurationSeconds of [10, 600]) {
				const response = await caller().post("/api/sessions", { requestedDurationSeconds });
				expect(response.json()).toMatchObject({ durationSeconds: requestedDurationSeconds });
			}
		});

		it("[A3] answers the same key with the first session", async () => {
			const headers = { "idempotency-key": `create-${Math.random()}` };
			const first = await caller().post("/api/sessions", undefined, headers);
			const again = await caller().post("/api/sessions", undefined, headers);
			expect(first.headers["idempotency-replayed"]).toBeUndefined();
			expect(again.statusCode).toBe(201);
			expect(again.headers["idempotency-replayed"]).toBe("true");
			expect(again.json()).toEqual(first.json());
			const other = await caller().post("/api/sessions", { requestedDurationSeconds: 61 }, headers);
			expect(seen(other)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
		});
	});
}
