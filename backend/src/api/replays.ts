import { Replay } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.js";
import { readErrors } from "./documented.js";

/**
 * An ended session never changes; an hour, so that a server that was set up anew is not outlived.
 */
const CACHED = "public, max-age=3600";

/** Any finished game, to be watched again from its log. */
export function registerReplays(app: FastifyInstance, { replays }: ApiContext): void {
	app.get<{ Params: { replayId: string } }>("/api/replays/:replayId", {
		schema: {
			tags: ["replays"],
			summary: "A finished game, to be played again from its moves",
			description:
				"An ended session names its replay in `replayId`, and so does a high score of a session. " +
				"Neither this id nor anything in the answer leads back to the session's own id.",
			response: { 200: Replay, ...readErrors("REPLAY_NOT_FOUND", "REPLAY_GONE", "SESSION_HARMED") },
		},
		async handler({ params }, reply) {
			const replay = await replays.find(params.replayId);
			return reply.header("cache-control", CACHED).send(replay);
		},
	});
}
