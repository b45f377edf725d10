import { MovesAnswer, MovesBody, MovesPage, normaliseMove } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { SavepointError } from "../errors.js";
import { MOVES_PAGE_DEFAULT, MOVES_PAGE_MAX } from "../limits.js";
import type { ApiContext } from "./context.js";
import { readErrors, type SessionRoute, writeErrors } from "./documented.js";
import { readKey } from "./idempotency.js";
import { ReplySink } from "./reply-sink.js";

/** A query is text: digits are asked for by pattern, so that nothing else is taken for a number. */
const PageQuery = Type.Object({
	after: Type.Optional(
		Type.String({ pattern: "^[0-9]{1,15}$", description: "A whole number; exclusive." }),
	),
	limit: Type.Optional(
		Type.String({
			pattern: "^[0-9]{1,4}$",
			description: `A whole number from 1 to ${MOVES_PAGE_MAX}.`,
		}),
	),
});

/** Many moves in the client's own order, and the log of them. */
export function registerMoves(app: FastifyInstance, { authority, onWrite }: ApiContext): void {
	app.post<SessionRoute & { Body: Static<typeof MovesBody> }>("/api/sessions/:id/moves", {
		onRequest: onWrite,
		schema: {
			tags: ["play"],
			summary: "Play moves in order, exactly once",
			description:
				"Each move's own id makes a resend safe: what is known is answered with `before`. " +
				"An Idempotency-Key is taken, as on every POST, and adds nothing here.",
			body: MovesBody,
			response: { 200: MovesAnswer, ...writeErrors("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler(request, reply) {
			readKey(request);
			const moves = request.body.moves.map(normaliseMove);
			authority.play(request.params.id, moves, new ReplySink<MovesAnswer>(reply, 200));
		},
	});

	app.get<SessionRoute & { Querystring: Static<typeof PageQuery> }>("/api/sessions/:id/moves", {
		schema: {
			tags: ["play"],
			summary: "A page of a session's log",
			querystring: PageQuery,
			response: { 200: MovesPage, ...readErrors("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler({ params, query }) {
			const after = Number(query.after ?? 0);
			const limit = Number(query.limit ?? MOVES_PAGE_DEFAULT);
			if (limit < 1 || limit > MOVES_PAGE_MAX)
				throw new SavepointError(
					"BAD_REQUEST",
					`\`limit\` takes a whole number from 1 to ${MOVES_PAGE_MAX}.`,
				);
			return authority.log(params.id, after, limit);
		},
	});
}
