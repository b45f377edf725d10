import type { ErrorBody } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";

/** Moves in batches, as the contract has it. */
export function movesContract(caller: () => ContractCaller): void {
	describe("moves", () => {
		const deposit = { id: "m2", type: "deposit", artifactId: "mine" };
		const batch = [
			{ id: "m1", type: "spawn", artifactId: "mine", x: 1.5, y: 2.25, atMs: 10 },
			deposit,
			{ ...deposit, id: "m3" },
		];

		it("[A1] have a receipt each, and a resend applies nothing twice", async () => {
			const session = await caller().start();
			const first = await caller().post(`${session}/moves`, { moves: batch });
			expect(first.statusCode).toBe(200);
			expect(first.json()).toEqual({
				receipts: [
					{ id: "m1", applied: "now", seq: 1 },
					{ id: "m2", applied: "now", seq: 2 },
					{ id: "m3", applied: "refused", seq: 3, code: "ARTIFACT_NOT_AVAILABLE" },
				],
				seq: 3,
				stateHash: expect.any(String),
				durable: true,
			});
			const again = await caller().post(`${session}/moves`, { moves: batch });
			expect(again.json()).toEqual({
				...first.json<object>(),
				receipts: [
					{ id: "m1", applied: "before", seq: 1 },
					{ id: "m2", applied: "before", seq: 2 },
					{ id: "m3", applied: "refused", seq: 3, code: "ARTIFACT_NOT_AVAILABLE" },
				],
			});
		});

		it("answer 200 after the end: what is known, and a refusal of what is new", async () => {
			const session = await caller().start();
			await caller().post(`${session}/moves`, { moves: [...batch, { id: "m4", type: "end" }] });
			const late = [deposit, { id: "m9", type: "end", result: "won" }];
			const response = await caller().post(`${session}/moves`, { moves: late });
			expect(response.statusCode).toBe(200);
			expect(response.json()).toMatchObject({
				receipts: [
					{ id: "m2", applied: "before", seq: 2 },
					{ id: "m9", applied: "refused", code: "SESSION_ENDED" },
				],
				seq: 4,
			});
			expect((await caller().get(session)).json()).toMatchObject({ result: "abandoned" });
		});

		it("can be read page by page", async () => {
			const session = await caller().start();
			await caller().post(`${session}/moves`, { moves: batch });
			const first = await caller().get(`${session}/moves?limit=2`);
			expect(first.statusCode).toBe(200);
			expect(first.json()).toEqual({
				moves: [
					expect.objectContaining({ seq: 1, id: "m1", type: "spawn", applied: true }),
					expect.objectContaining({ seq: 2, id: "m2", type: "deposit", applied: true }),
				],
				next: 2,
			});
			const second = await caller().get(`${session}/moves?after=2`);
			expect(second.json()).toEqual({
				moves: [expect.objectContaining({ seq: 3, id: "m3", applied: false })],
				next: null,
			});
			expect((await caller().get(`${session}/moves?after=999`)).json()).toEqual({
				moves: [],
				next: null,
			});
		});

		it.each([
			"after=-1",
			"after=1.5",
			"after=x",
			"after=",
			"after=1&after=2",
			"after=1e3",
			"limit=0",
			"limit=1001",
			"limit=true",
			"limit=99999999",
		])("refuse the page %s", async (query) => {
			const response = await caller().get(`${await caller().start()}/moves?${query}`);
			expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
			expect(response.json<ErrorBody>().error).toMatch(/^`(after|limit)` takes /);
		});

		it("of an unknown session are 404", async () => {
			const unknown = failure(404, "SESSION_NOT_FOUND");
			expect(seen(await caller().get("/api/sessions/nobody/moves"))).toEqual(unknown);
			const posted = await caller().post("/api/sessions/nobody/moves", { moves: batch });
			expect(seen(posted)).toEqual(unknown);
		});
	});
}
