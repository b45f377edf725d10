import type { ErrorBody } from "@savepoint/core";
import type { FastifyInstance, InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface ContractApp {
	readonly app: FastifyInstance;
	close(): Promise<void>;
}

/** The HTTP contract, against whatever authority the app is built on; without write limits. */
export function httpContract(name: string, makeApp: () => Promise<ContractApp>): void {
	describe(`HTTP contract: ${name}`, () => {
		let subject: ContractApp;
		beforeAll(async () => {
			subject = await makeApp();
		});
		afterAll(() => subject.close());

		const call = (options: InjectOptions) => subject.app.inject(options);
		const post = (url: string, payload?: object | string, headers: Record<string, string> = {}) =>
			call({ method: "POST", url, headers, ...(payload === undefined ? {} : { payload }) });
		const get = (url: string) => call({ method: "GET", url });
		const failure = (status: number, code: string) => ({
			statusCode: status,
			body: { code, error: expect.stringMatching(/\S/) },
		});
		const seen = (response: { statusCode: number; json(): unknown }) => ({
			statusCode: response.statusCode,
			body: response.json(),
		});
		const start = async (): Promise<string> => {
			const response = await post("/api/sessions");
			expect(response.statusCode).toBe(201);
			return `/api/sessions/${response.json<{ sessionId: string }>().sessionId}`;
		};
		const spawn = async (session: string): Promise<string> => {
			const response = await post(`${session}/spawn`, { x: 100, y: 200 });
			expect(response.statusCode).toBe(200);
			return response.json<{ artifact: { id: string } }>().artifact.id;
		};

		describe("POST /api/sessions", () => {
			it("answers the kept shape and what is new beside it", async () => {
				const response = await post("/api/sessions", { requestedDurationSeconds: 42.5 });
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
				const response = await post("/api/sessions", payload, headers);
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
				const response = await post("/api/sessions", body, { "content-type": type });
				expect(response.statusCode).toBe(201);
				expect(response.json()).toMatchObject({ durationSeconds: 77 });
			});

			it.each([9.99, 600.01, -60, "60", true, [60], {}, 1e300])(
				"refuses %j seconds and names the field, not the value",
				async (requestedDurationSeconds) => {
					const response = await post("/api/sessions", { requestedDurationSeconds });
					expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
					const { error } = response.json<ErrorBody>();
					expect(error).toContain("`requestedDurationSeconds`");
					expect(error).toContain("10 to 600");
				},
			);

			it("takes 10 and 600 seconds", async () => {
				for (const requestedDurationSeconds of [10, 600]) {
					const response = await post("/api/sessions", { requestedDurationSeconds });
					expect(response.json()).toMatchObject({ durationSeconds: requestedDurationSeconds });
				}
			});

			it("[A3] answers the same key with the first session", async () => {
				const headers = { "idempotency-key": `create-${Math.random()}` };
				const first = await post("/api/sessions", undefined, headers);
				const again = await post("/api/sessions", undefined, headers);
				expect(first.headers["idempotency-replayed"]).toBeUndefined();
				expect(again.statusCode).toBe(201);
				expect(again.headers["idempotency-replayed"]).toBe("true");
				expect(again.json()).toEqual(first.json());
				const other = await post("/api/sessions", { requestedDurationSeconds: 61 }, headers);
				expect(seen(other)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
			});
		});

		describe("the single calls", () => {
			it("play a game to its end, in the kept shapes", async () => {
				const session = await start();
				const spawned = await post(`${session}/spawn`, { x: -64, y: 747 });
				expect(spawned.statusCode).toBe(200);
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
					post(`${session}/artifact-status`, { artifactId, status: said });
				expect((await status("GROUND")).json()).toEqual({
					ok: true,
					seq: 2,
					stateHash: expect.any(String),
					durable: true,
				});
				expect((await get(session)).json()).toMatchObject({ score: 1, seq: 2 });
				expect((await status("Carried")).statusCode).toBe(200);
				expect((await post(`${session}/deposit`, { artifactId })).json()).toEqual({
					score: 0,
					remainingArtifacts: 0,
					seq: 4,
					stateHash: expect.any(String),
					durable: true,
				});
				expect((await post(`${session}/end`, { result: "Won" })).json()).toEqual({
					finalScore: 0,
					artifactsDeposited: 1,
					result: "won",
					seq: 5,
					stateHash: expect.any(String),
					durable: true,
				});
				expect((await get(session)).json()).toMatchObject({
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
				const session = await start();
				const response = await post(`${session}/${name}`, payload);
				expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
				expect((await get(session)).json()).toMatchObject({ seq: 0 });
			});

			it("know an artifact that is not there from one that is deposited", async () => {
				const session = await start();
				const artifactId = await spawn(session);
				const unknown = await post(`${session}/deposit`, { artifactId: "nobody" });
				expect(seen(unknown)).toEqual({
					statusCode: 400,
					body: { error: "Artifact not available", code: "ARTIFACT_NOT_AVAILABLE" },
				});
				await post(`${session}/deposit`, { artifactId });
				const again = await post(`${session}/deposit`, { artifactId });
				expect(seen(again)).toEqual(failure(400, "ARTIFACT_NOT_AVAILABLE"));
				const back = await post(`${session}/artifact-status`, { artifactId, status: "ground" });
				expect(seen(back)).toEqual(failure(409, "ARTIFACT_DEPOSITED"));
			});

			it("take 500 artifacts and no more", async () => {
				const session = await start();
				for (const from of [0, 250]) {
					const moves = Array.from({ length: 250 }, (_, index) => ({
						id: `m${from + index}`,
						type: "spawn",
						artifactId: `a${from + index}`,
						x: 1,
						y: 1,
					}));
					expect((await post(`${session}/moves`, { moves })).statusCode).toBe(200);
				}
				const one = await post(`${session}/spawn`, { x: 1, y: 1 });
				expect(seen(one)).toEqual(failure(422, "TOO_MANY_ARTIFACTS"));
			});

			it.each([
				["no body", undefined, "abandoned"],
				["null", "null", "abandoned"],
				["a null result", { result: null }, "abandoned"],
				["LOST", { result: "LOST" }, "lost"],
				["won without a deposit", { result: "won" }, "lost"],
			])("end with %s is stored as it must be", async (_name, payload, result) => {
				const session = await start();
				const response = await post(`${session}/end`, payload);
				expect(response.json()).toMatchObject({ finalScore: 0, artifactsDeposited: 0, result });
				expect((await get(session)).json()).toMatchObject({ status: "ended", result });
			});

			it("are 404 after the end, and tell it from an unknown session", async () => {
				const session = await start();
				const artifactId = await spawn(session);
				await post(`${session}/end`);
				const calls: [string, object | undefined][] = [
					["spawn", { x: 1, y: 1 }],
					["artifact-status", { artifactId, status: "ground" }],
					["deposit", { artifactId }],
					["end", undefined],
				];
				for (const [name, payload] of calls) {
					const ended = await post(`${session}/${name}`, payload);
					expect(seen(ended)).toEqual(failure(404, "SESSION_ENDED"));
					const unknown = await post(`/api/sessions/nobody/${name}`, payload);
					expect(seen(unknown)).toEqual(failure(404, "SESSION_NOT_FOUND"));
				}
			});

			it("let one of two ends at once win", async () => {
				const session = await start();
				const ends = await Promise.all([
					post(`${session}/end`, { result: "lost" }),
					post(`${session}/end`, { result: "won" }),
				]);
				expect(ends.map((response) => response.statusCode).sort()).toEqual([200, 404]);
			});

			it("[A3] answer the same key with the first answer, also after the end", async () => {
				const session = await start();
				const key = { "idempotency-key": "spawn-1" };
				const first = await post(`${session}/spawn`, { x: 5, y: 5 }, key);
				const again = await post(`${session}/spawn`, { x: 5, y: 5 }, key);
				expect(again.headers["idempotency-replayed"]).toBe("true");
				expect(again.json()).toEqual(first.json());
				const other = await post(`${session}/spawn`, { x: 6, y: 5 }, key);
				expect(seen(other)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
				const path = await post(`${session}/end`, undefined, key);
				expect(seen(path)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
				const end = { "idempotency-key": "the-end" };
				const ended = await post(`${session}/end`, undefined, end);
				const endedAgain = await post(`${session}/end`, undefined, end);
				expect(endedAgain.statusCode).toBe(200);
				expect(endedAgain.json()).toEqual(ended.json());
				const late = await post(`${session}/spawn`, { x: 5, y: 5 }, key);
				expect(late.statusCode).toBe(200);
				expect((await get(session)).json()).toMatchObject({ seq: 2 });
			});

			it.each(["", "x".repeat(65), "a b", "käse", "a\tb"])(
				"refuse the Idempotency-Key %j, moves too",
				async (key) => {
					const session = await start();
					const headers = { "idempotency-key": key };
					const moves = { moves: [{ id: "a", type: "end" }] };
					for (const response of [
						await post("/api/sessions", undefined, headers),
						await post(`${session}/spawn`, { x: 1, y: 1 }, headers),
						await post(`${session}/moves`, moves, headers),
					])
						expect(seen(response)).toEqual(failure(400, "IDEMPOTENCY_KEY_INVALID"));
				},
			);
		});

		describe("moves", () => {
			const deposit = { id: "m2", type: "deposit", artifactId: "mine" };
			const batch = [
				{ id: "m1", type: "spawn", artifactId: "mine", x: 1.5, y: 2.25, atMs: 10 },
				deposit,
				{ ...deposit, id: "m3" },
			];

			it("[A1] have a receipt each, and a resend applies nothing twice", async () => {
				const session = await start();
				const first = await post(`${session}/moves`, { moves: batch });
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
				const again = await post(`${session}/moves`, { moves: batch });
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
				const session = await start();
				await post(`${session}/moves`, { moves: [...batch, { id: "m4", type: "end" }] });
				const late = [deposit, { id: "m9", type: "end", result: "won" }];
				const response = await post(`${session}/moves`, { moves: late });
				expect(response.statusCode).toBe(200);
				expect(response.json()).toMatchObject({
					receipts: [
						{ id: "m2", applied: "before", seq: 2 },
						{ id: "m9", applied: "refused", code: "SESSION_ENDED" },
					],
					seq: 4,
				});
				expect((await get(session)).json()).toMatchObject({ result: "abandoned" });
			});

			it("can be read page by page", async () => {
				const session = await start();
				await post(`${session}/moves`, { moves: batch });
				const first = await get(`${session}/moves?limit=2`);
				expect(first.statusCode).toBe(200);
				expect(first.json()).toEqual({
					moves: [
						expect.objectContaining({ seq: 1, id: "m1", type: "spawn", applied: true }),
						expect.objectContaining({ seq: 2, id: "m2", type: "deposit", applied: true }),
					],
					next: 2,
				});
				const second = await get(`${session}/moves?after=2`);
				expect(second.json()).toEqual({
					moves: [expect.objectContaining({ seq: 3, id: "m3", applied: false })],
					next: null,
				});
				expect((await get(`${session}/moves?after=999`)).json()).toEqual({ moves: [], next: null });
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
				const response = await get(`${await start()}/moves?${query}`);
				expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
				expect(response.json<ErrorBody>().error).toMatch(/^`(after|limit)` takes /);
			});

			it("of an unknown session are 404", async () => {
				const unknown = failure(404, "SESSION_NOT_FOUND");
				expect(seen(await get("/api/sessions/nobody/moves"))).toEqual(unknown);
				const posted = await post("/api/sessions/nobody/moves", { moves: batch });
				expect(seen(posted)).toEqual(unknown);
			});
		});

		describe("bodies", () => {
			it.each(["{", "[1,", "x", '{"x":1,"y":2}}', "   "])("refuse %j as JSON", async (payload) => {
				const response = await post(`${await start()}/spawn`, payload);
				expect(seen(response)).toEqual(failure(400, "BAD_JSON"));
			});

			it.each(['{"x":1,"y":2,"__proto__":{"z":1}}', '{"constructor":{"prototype":{"z":1}}}'])(
				"refuse %s, which could poison a prototype",
				async (payload) => {
					const response = await post(`${await start()}/spawn`, payload);
					expect(seen(response)).toEqual(failure(400, "BAD_JSON"));
					expect(Object.hasOwn(Object.prototype, "z")).toBe(false);
				},
			);

			it("end at 100 KiB", async () => {
				const session = await start();
				const filled = (length: number) => {
					const rest = length - JSON.stringify({ x: 1, y: 1, pad: "" }).length;
					return JSON.stringify({ x: 1, y: 1, pad: "p".repeat(rest) });
				};
				expect((await post(`${session}/spawn`, filled(102_400))).statusCode).toBe(200);
				const large = await post(`${session}/spawn`, filled(102_401));
				expect(seen(large)).toEqual(failure(413, "BODY_TOO_LARGE"));
			});
		});

		describe("paths", () => {
			it.each(["/nowhere", "//", "/api", "/api/sessions/a/b/c", "/api/sessions/a/fly"])(
				"%s is 404, whatever the method and the body",
				async (url) => {
					expect(seen(await get(url))).toEqual(failure(404, "NOT_FOUND"));
					expect(seen(await post(url, "{{{"))).toEqual(failure(404, "NOT_FOUND"));
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
				const response = await call({ method, url });
				expect(seen(response)).toEqual(failure(405, "METHOD_NOT_ALLOWED"));
				expect(response.headers["allow"]).toBe(allow);
			});

			it.each(["/api/sessions/%", "/api/sessions/%zz", "/%E0%A4%A"])(
				"%s is a malformed escape and 400",
				async (url) => expect(seen(await get(url))).toEqual(failure(400, "BAD_REQUEST")),
			);

			it("an id that is far too long is of no session", async () => {
				const response = await get(`/api/sessions/${"x".repeat(5_000)}`);
				expect(seen(response)).toEqual(failure(404, "SESSION_NOT_FOUND"));
			});

			it("answer HEAD where they answer GET", async () => {
				const response = await call({ method: "HEAD", url: "/health" });
				expect(response.statusCode).toBe(200);
				expect(response.body).toBe("");
			});
		});

		describe("stats, health and notices", () => {
			it("count sessions, and the sums agree", async () => {
				await start();
				await post(`${await start()}/end`, { result: "lost" });
				const stats = (await get("/api/sessions/stats")).json<Record<string, number>>();
				expect(Object.keys(stats).sort()).toEqual([
					"abandonedCount",
					"activeCount",
					"endedCount",
					"latestActivityAt",
					"latestCompletedAt",
					"lostCount",
					"staleEndedCount",
					"startedCount",
					"wonCount",
				]);
				const { activeCount = 0, endedCount = 0, wonCount = 0, lostCount = 0 } = stats;
				expect(stats["startedCount"]).toBe(activeCount + endedCount);
				expect(endedCount).toBe(wonCount + lostCount + (stats["abandonedCount"] ?? 0));
				expect(lostCount).toBeGreaterThan(0);
				expect((await get("/api/system/stats")).json()).toEqual({
					startedAt: expect.stringMatching(/Z$/),
					uptimeSeconds: expect.any(Number),
					sessionsStarted: stats["startedCount"],
					sessionsActive: activeCount,
					sessionsEnded: endedCount,
					sessionsToday: expect.any(Number),
					latestActivityAt: expect.stringMatching(/Z$/),
					serverVersion: expect.any(String),
				});
			});

			it("is well, and alive", async () => {
				const health = await get("/health");
				expect(health.statusCode).toBe(200);
				expect(health.json()).toMatchObject({ status: "ok", version: expect.any(String) });
				expect((await get("/health/live")).json()).toEqual({ status: "ok" });
			});

			it("has no notices yet", async () => {
				expect(seen(await get("/api/notices/active"))).toEqual({
					statusCode: 200,
					body: { notices: [] },
				});
			});
		});
	});
}
