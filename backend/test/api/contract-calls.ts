import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";

/** The single calls, as the contract has it. */
export function callsContract(caller: () => ContractCaller): void {
	describe("the single calls", () => {
		it("play a game to its end, in the kept shapes", async () => {
			const session = await caller().start();
			const spawned = await caller().post(`${session}/spawn`, { x: -64, y: 747 });
			expect(spawned.statusCode).toBe(201);
			expect(spawned.json()).toEqual({
				artifact: {
					id: expect.stringMatching(/^\S{26,64}$/),
					position: { x: -64, y: 747 },
					status: "inAir",
				},
				seq: 1,
				stateHash: expect.any(String),
				durable: true,
			});
			const artifactId = spawned.json<{ artifact: { id: string } }>().artifact.id;
			const status = (said: string) =>
				caller().post(`${session}/artifact-status`, { artifactId, status: said });
			expect((await status("GROUND")).json()).toEqual({
				ok: true,
				seq: 2,
				stateHash: expect.any(String),
				durable: true,
			});
			expect((await caller().get(session)).json()).toMatchObject({ score: 1, seq: 2 });
			expect((await status("Carried")).statusCode).toBe(200);
			expect((await caller().post(`${session}/deposit`, { artifactId })).json()).toEqual({
				score: 0,
				remainingArtifacts: 0,
				seq: 4,
				stateHash: expect.any(String),
				durable: true,
			});
			expect((await caller().post(`${session}/end`, { result: "Won" })).json()).toEqual({
				finalScore: 0,
				artifactsDeposited: 1,
				result: "won",
				seq: 5,
				stateHash: expect.any(String),
				durable: true,
			});
			expect((await caller().get(session)).json()).toMatchObject({
				status: "ended",
				result: "won",
				endedAt: expect.stringMatching(/Z$/),
			});
		});

		it.each([
			["spawn", {}],
			["spawn", { x: 1 }],
			["spawn", { x: "1", y: 2 }],
			["spawn", { x: null, y: 2 }],
			["spawn", { x: -64.001, y: 2 }],
			["spawn", { x: 1, y: 747.001 }],
			["spawn", '{"x":1e999,"y":1}'],
			["spawn", []],
			["spawn", undefined],
			["spawn", "null"],
			["artifact-status", { artifactId: "a" }],
			["artifact-status", { artifactId: "a", status: "lost" }],
			["artifact-status", { artifactId: "a", status: "ground\n" }],
			["artifact-status", { artifactId: "", status: "ground" }],
			["artifact-status", { artifactId: 7, status: "ground" }],
			["artifact-status", { artifactId: "a b", status: "ground" }],
			["deposit", {}],
			["deposit", { artifactId: "x".repeat(65) }],
			["end", { result: "abandoned" }],
			["end", { result: "" }],
			["end", { result: 1 }],
			["end", []],
			["moves", {}],
			["moves", { moves: [] }],
			["moves", { moves: [{ type: "end" }] }],
			["moves", { moves: [{ id: "a", type: "fly" }] }],
			["moves", { moves: [{ id: "a", type: "spawn", x: 1, y: 1 }] }],
			["moves", { moves: [{ id: "a", type: "end", atMs: -1 }] }],
			["moves", { moves: Array.from({ length: 257 }, (_, i) => ({ id: `${i}`, type: "end" })) }],
		])("%s refuses %j", async (name, payload) => {
			const session = await caller().start();
			const response = await caller().post(`${session}/${name}`, payload);
			expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
			expect((await caller().get(session)).json()).toMatchObject({ seq: 0 });
		});

		it("know an artifact that is not there from one that is deposited", async () => {
			const session = await caller().start();
			const artifactId = await caller().spawn(session);
			const unknown = await caller().post(`${session}/deposit`, { artifactId: "nobody" });
			expect(seen(unknown)).toEqual({
				statusCode: 400,
				body: { error: "Artifact not available", code: "ARTIFACT_NOT_AVAILABLE" },
			});
			await caller().post(`${session}/deposit`, { artifactId });
			const again = await caller().post(`${session}/deposit`, { artifactId });
			expect(seen(again)).toEqual(failure(400, "ARTIFACT_NOT_AVAILABLE"));
			const back = await caller().post(`${session}/artifact-status`, {
				artifactId,
				status: "ground",
			});
			expect(seen(back)).toEqual(failure(409, "ARTIFACT_DEPOSITED"));
		});

		it("take 500 artifacts and no more", async () => {
			const session = await caller().start();
			for (const from of [0, 250]) {
				const moves = Array.from({ length: 250 }, (_, index) => ({
					id: `m${from + index}`,
					type: "spawn",
					artifactId: `a${from + index}`,
					x: 1,
					y: 1,
				}));
				expect((await caller().post(`${session}/moves`, { moves })).statusCode).toBe(200);
			}
			const one = await caller().post(`${session}/spawn`, { x: 1, y: 1 });
			expect(seen(one)).toEqual(failure(422, "TOO_MANY_ARTIFACTS"));
		});

		it.each([
			["no body", undefined, "abandoned"],
			["null", "null", "abandoned"],
			["a null result", { result: null }, "abandoned"],
			["LOST", { result: "LOST" }, "lost"],
			["won without a deposit", { result: "won" }, "lost"],
		])("end with %s is stored as it must be", async (_name, payload, result) => {
			const session = await caller().start();
			const response = await caller().post(`${session}/end`, payload);
			expect(response.json()).toMatchObject({ finalScore: 0, artifactsDeposited: 0, result });
			expect((await caller().get(session)).json()).toMatchObject({ status: "ended", result });
		});

		it("are 404 after the end, and tell it from an unknown session", async () => {
			const session = await caller().start();
			const artifactId = await caller().spawn(session);
			await caller().post(`${session}/end`);
			const calls: [string, object | undefined][] = [
				["spawn", { x: 1, y: 1 }],
				["artifact-status", { artifactId, status: "ground" }],
				["deposit", { artifactId }],
				["end", undefined],
			];
			for (const [name, payload] of calls) {
				const ended = await caller().post(`${session}/${name}`, payload);
				expect(seen(ended)).toEqual(failure(404, "SESSION_ENDED"));
				const unknown = await caller().post(`/api/sessions/nobody/${name}`, payload);
				expect(seen(unknown)).toEqual(failure(404, "SESSION_NOT_FOUND"));
			}
		});

		it("let one of two ends at once win", async () => {
			const session = await caller().start();
			const ends = await Promise.all([
				caller().post(`${session}/end`, { result: "lost" }),
				caller().post(`${session}/end`, { result: "won" }),
			]);
			expect(ends.map((response) => response.statusCode).sort()).toEqual([200, 404]);
		});

		it("[A3] answer the same key with the first answer, also after the end", async () => {
			const session = await caller().start();
			const key = { "idempotency-key": "spawn-1" };
			const first = await caller().post(`${session}/spawn`, { x: 5, y: 5 }, key);
			const again = await caller().post(`${session}/spawn`, { x: 5, y: 5 }, key);
			expect(again.headers["idempotency-replayed"]).toBe("true");
			expect(again.json()).toEqual(first.json());
			const other = await caller().post(`${session}/spawn`, { x: 6, y: 5 }, key);
			expect(seen(other)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
			const path = await caller().post(`${session}/end`, undefined, key);
			expect(seen(path)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
			const end = { "idempotency-key": "the-end" };
			const ended = await caller().post(`${session}/end`, undefined, end);
			const endedAgain = await caller().post(`${session}/end`, undefined, end);
			expect(endedAgain.statusCode).toBe(200);
			expect(endedAgain.json()).toEqual(ended.json());
			const late = await caller().post(`${session}/spawn`, { x: 5, y: 5 }, key);
			expect(late.statusCode).toBe(201);
			expect((await caller().get(session)).json()).toMatchObject({ seq: 2 });
		});

		it.each(["", "x".repeat(65), "a b", "käse", "a\tb"])(
			"refuse the Idempotency-Key %j, moves too",
			async (key) => {
				const session = await caller().start();
				const headers = { "idempotency-key": key };
				const moves = { moves: [{ id: "a", type: "end" }] };
				for (const response of [
					await caller().post("/api/sessions", undefined, headers),
					await caller().post(`${session}/spawn`, { x: 1, y: 1 }, headers),
					await caller().post(`${session}/moves`, moves, headers),
				])
					expect(seen(response)).toEqual(failure(400, "IDEMPOTENCY_KEY_INVALID"));
			},
		);
	});
}
