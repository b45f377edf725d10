import type { HighScore, Session } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";

const PATH = "/api/high-scores";
const claim = (change: object = {}) => ({
	playerTag: "Åsa 👾",
	result: "won",
	remainingUnchecked: 0,
	...change,
});

/** A game of 10 s that ends when `ranMs` of them are over; its session as it is then. */
export async function finishGame(
	caller: ContractCaller,
	skip: (ms: number) => void,
	{ ranMs = 10_000, artifacts = ["in"], result = "won" as string | null } = {},
): Promise<Session> {
	const created = await caller.post("/api/sessions", { requestedDurationSeconds: 10 });
	const path = `/api/sessions/${created.json<Session>().sessionId}`;
	const moves = artifacts.flatMap((what, at) => [
		{ id: `s${at}`, type: "spawn", artifactId: `a${at}`, x: 1, y: 1, atMs: 1_000 + 4_000 * at },
		what === "in"
			? { id: `d${at}`, type: "deposit", artifactId: `a${at}`, atMs: 3_000 + 4_000 * at }
			: { id: `d${at}`, type: "artifact-status", artifactId: `a${at}`, status: "ground" },
	]);
	if (moves.length > 0)
		expect((await caller.post(`${path}/moves`, { moves })).statusCode).toBe(200);
	skip(ranMs);
	expect((await caller.post(`${path}/end`, { result })).statusCode).toBe(200);
	return (await caller.get(path)).json<Session>();
}

/** High scores, as the contract has it. */
export function highScoresContract(caller: () => ContractCaller, skip: (ms: number) => void): void {
	const list = async () => (await caller().get(PATH)).json<{ scores: HighScore[] }>().scores;
	const post = (body: object, headers: Record<string, string> = {}) =>
		caller().post(PATH, body, headers);

	describe("high scores", () => {
		it("[H1] of a session tell its stored result, whatever the player says", async () => {
			const { sessionId, replayId } = await finishGame(caller(), skip, {
				artifacts: ["in", "left"],
			});
			const response = await post(claim({ sessionId, remainingUnchecked: 0 }));
			const score = {
				id: expect.stringMatching(/^\S{26,64}$/),
				createdAt: expect.stringMatching(/Z$/),
				playerTag: "Åsa 👾",
				result: "lost",
				remainingUnchecked: 1,
				verified: true,
				durationSeconds: 10,
				averageWaitMs: (2_000 + 5_000) / 2,
				replayId,
			};
			expect(seen(response)).toEqual({ statusCode: 201, body: { score } });
			expect(await list()).toContainEqual(score);
		});

		it("[H2] come once a session, also of two at once", async () => {
			const { sessionId } = await finishGame(caller(), skip);
			const both = await Promise.all(["a", "b"].map((playerTag) => post({ sessionId, playerTag })));
			expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409]);
			const again = await post({ sessionId, playerTag: "c" });
			expect(seen(again)).toEqual(failure(409, "HIGH_SCORE_EXISTS"));
		});

		it.each([
			["ended too soon", { ranMs: 8_000 }],
			["had no artifact", { artifacts: [], result: "lost" }],
			["was abandoned", { result: null }],
		])("[H3] a game that %s has none", async (_how, game) => {
			const { sessionId } = await finishGame(caller(), skip, game);
			const response = await post({ sessionId, playerTag: "a" });
			expect(seen(response)).toEqual(failure(409, "SESSION_UNRANKED"));
		});

		it("[H3] a game that has not ended, or never was, has none", async () => {
			const session = await caller().start();
			const sessionId = session.split("/").at(-1);
			const active = await post({ sessionId, playerTag: "a" });
			expect(seen(active)).toEqual(failure(409, "SESSION_ACTIVE"));
			const unknown = await post({ sessionId: "nobody", playerTag: "a" });
			expect(seen(unknown)).toEqual(failure(404, "SESSION_NOT_FOUND"));
		});

		it("[H5] without a session are taken in the kept form, and listed last", async () => {
			const { sessionId } = await finishGame(caller(), skip, { artifacts: ["left"] });
			expect((await post({ sessionId, playerTag: "proven" })).statusCode).toBe(201);
			const response = await post(claim({ result: "WON", remainingUnchecked: 0 }));
			expect(seen(response)).toEqual({
				statusCode: 201,
				body: {
					score: {
						id: expect.any(String),
						createdAt: expect.any(String),
						playerTag: "Åsa 👾",
						result: "won",
						remainingUnchecked: 0,
						verified: false,
						durationSeconds: null,
						averageWaitMs: null,
						replayId: null,
					},
				},
			});
			const order = (await list()).map(({ verified }) => verified);
			expect(order).toEqual([...order].sort((a, b) => Number(b) - Number(a)));
		});

		it.each([
			["playerTag", { playerTag: undefined }],
			["playerTag", { playerTag: "" }],
			["playerTag", { playerTag: "  " }],
			["playerTag", { playerTag: "x".repeat(25) }],
			["playerTag", { playerTag: "a\u0000" }],
			["playerTag", { playerTag: "a\u202eb" }],
			["playerTag", { playerTag: 7 }],
			["result", { result: undefined }],
			["result", { result: null }],
			["result", { result: "abandoned" }],
			["remainingUnchecked", { remainingUnchecked: undefined }],
			["remainingUnchecked", { remainingUnchecked: -1 }],
			["remainingUnchecked", { remainingUnchecked: 1.5 }],
			["remainingUnchecked", { remainingUnchecked: "0" }],
			["remainingUnchecked", { remainingUnchecked: 501 }],
			["sessionId", { sessionId: 1 }],
			["sessionId", { sessionId: "" }],
		])("[H6] refuse a wrong %s: %j", async (field, change) => {
			const response = await post(claim(change));
			expect(seen(response)).toEqual(failure(400, "BAD_REQUEST"));
			expect(response.json<{ error: string }>().error).toContain(`\`${field}\``);
		});

		it.each([[undefined], ["null"], ["[]"], ['"a"']])(
			"[H6] refuse the body %j",
			async (payload) => {
				expect(seen(await caller().post(PATH, payload))).toEqual(failure(400, "BAD_REQUEST"));
			},
		);

		it("[H6] count a tag by characters, and store it composed", async () => {
			const score = async (playerTag: string) =>
				(await post(claim({ playerTag }))).json<{ score: HighScore }>().score.playerTag;
			expect(await score("👾".repeat(24))).toBe("👾".repeat(24));
			expect(await score(" A\u030asa ")).toBe("Åsa");
		});

		it("[H7] never show a session's id, nor does their replay", async () => {
			const { sessionId, replayId } = await finishGame(caller(), skip);
			const posted = await post({ sessionId, playerTag: "a" });
			const listed = await caller().get(PATH);
			const replayed = await caller().get(`/api/replays/${replayId}`);
			// Not even its random part: the time before it is no secret.
			for (const { body } of [posted, listed, replayed])
				expect(body).not.toContain(sessionId.slice(10));
			expect(replayed.statusCode).toBe(200);
		});

		it("[H8, A3] answer the same key with the first answer, in both forms", async () => {
			const { sessionId } = await finishGame(caller(), skip);
			const other = await finishGame(caller(), skip);
			for (const [body, changed] of [
				[
					{ sessionId, playerTag: "a" },
					{ sessionId: other.sessionId, playerTag: "a" },
				],
				[claim(), claim({ remainingUnchecked: 1 })],
				[claim(), claim({ playerTag: "b" })],
				[claim(), { sessionId: other.sessionId, playerTag: "Åsa 👾" }],
			]) {
				const key = { "idempotency-key": `score-${Math.random()}` };
				const before = (await list()).length;
				// Two at once, then one more: one of them makes it, the others are told the same.
				const two = await Promise.all([post(body ?? {}, key), post(body ?? {}, key)]);
				if (two.some(({ statusCode }) => statusCode === 409)) throw new Error("not the first");
				const again = await post(body ?? {}, key);
				expect(again.headers["idempotency-replayed"]).toBe("true");
				for (const each of two) expect(seen(each)).toEqual(seen(again));
				expect((await list()).length).toBe(before + 1);
				const reused = await post(changed ?? {}, key);
				expect(seen(reused)).toEqual(failure(422, "IDEMPOTENCY_KEY_REUSED"));
			}
			const bad = await post(claim(), { "idempotency-key": "a b" });
			expect(seen(bad)).toEqual(failure(400, "IDEMPOTENCY_KEY_INVALID"));
		});

		it("[H4, H9] are listed best first, and no more than 100", async () => {
			const better = await finishGame(caller(), skip, { artifacts: ["in", "in"] });
			expect((await post({ sessionId: better.sessionId, playerTag: "b" })).statusCode).toBe(201);
			await Promise.all(Array.from({ length: 120 }, () => post(claim({ result: "lost" }))));
			const scores = await list();
			expect(scores).toHaveLength(100);
			expect(scores[0]).toMatchObject({ verified: true, result: "won", remainingUnchecked: 0 });
		});

		it("[H7] are not to be changed or removed", async () => {
			for (const method of ["PUT", "DELETE", "PATCH"] as const) {
				const response = await caller().call({ method, url: PATH });
				expect(seen(response)).toEqual(failure(405, "METHOD_NOT_ALLOWED"));
				expect(response.headers["allow"]).toBe("GET, HEAD, POST");
			}
		});
	});
}
