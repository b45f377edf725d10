import type { Replay } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { type ContractCaller, failure, seen } from "./contract-caller.js";
import { finishGame } from "./contract-high-scores.js";

/** Replays, as the contract has it. */
export function replaysContract(caller: () => ContractCaller, skip: (ms: number) => void): void {
	describe("replays", () => {
		it("[R1] an ended session names its own, which shows the game and no secret", async () => {
			const session = await finishGame(caller(), skip, { artifacts: ["in"] });
			expect(session.replayId).toMatch(/^[0-9a-z]{27,}$/);
			const response = await caller().get(`/api/replays/${session.replayId}`);
			expect(response.headers["cache-control"]).toBe("public, max-age=3600");
			expect(seen(response)).toEqual({
				statusCode: 200,
				body: {
					id: session.replayId,
					seed: session.seed,
					durationSeconds: 10,
					playerSpeedPercent: session.playerSpeedPercent,
					terrain: session.terrain,
					trashCan: session.trashCan,
					startedAt: session.startedAt,
					endedAt: session.endedAt,
					result: "won",
					score: 0,
					remainingArtifacts: 0,
					stateHash: session.stateHash,
					moves: [
						{ seq: 1, type: "spawn", atMs: 1_000, artifactId: "a0", x: 1, y: 1 },
						{ seq: 2, type: "deposit", atMs: 3_000, artifactId: "a0" },
						{ seq: 3, type: "end", atMs: expect.any(Number), result: "won" },
					],
				},
			});
			const { moves } = response.json<Replay>();
			expect(moves[2]?.atMs).toBeGreaterThanOrEqual(10_000);
		});

		it("[R3] leave out what was refused, and the ids that the client gave its moves", async () => {
			const session = await caller().start();
			const moves = [
				{ id: "secret-1", type: "deposit", artifactId: "nobody" },
				{ id: "secret-2", type: "spawn", artifactId: "a", x: 1, y: 1 },
			];
			await caller().post(`${session}/moves`, { moves });
			await caller().post(`${session}/end`, undefined, { "idempotency-key": "secret-3" });
			const { replayId } = (await caller().get(session)).json<{ replayId: string }>();
			const response = await caller().get(`/api/replays/${replayId}`);
			expect(response.json<Replay>().moves.map(({ seq }) => seq)).toEqual([2, 3]);
			expect(response.json()).toMatchObject({ result: "abandoned", remainingArtifacts: 1 });
			expect(response.body).not.toContain("secret");
		});

		it("[R1] are of ended sessions only, and found by their whole id only", async () => {
			const session = await caller().start();
			expect((await caller().get(session)).json()).toMatchObject({ replayId: null });
			const { replayId } = await finishGame(caller(), skip);
			const ids = ["nobody", session.split("/").at(-1), `${replayId}0`, replayId?.slice(1)];
			for (const id of ids)
				expect(seen(await caller().get(`/api/replays/${id}`))).toEqual(
					failure(404, "REPLAY_NOT_FOUND"),
				);
		});
	});
}
