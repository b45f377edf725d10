import { CreateBody, DURATION_SECONDS_DEFAULT, Session } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { Static } from "typebox";
import type { ApiContext } from "./context.js";
import { readErrors, type SessionRoute, writeErrors } from "./documented.js";
import { readKey } from "./idempotency.js";
import { ReplySink } from "./reply-sink.js";

/** Start a session, and see one. */
export function registerSessions(app: FastifyInstance, { authority, onWrite }: ApiContext): void {
	app.post<{ Body: Static<typeof CreateBody> | undefined }>("/api/sessions", {
		onRequest: onWrite,
		schema: {
			tags: ["sessions"],
			summary: "Start a session",
			description:
				"The body may be left out. `requestedDurationSeconds` is a number from 10 to 600; missing, null or 0 means 60.",
			body: CreateBody,
			response: { 201: Session, ...writeErrors("SESSION_NOT_FOUND") },
		},
		handler(request, reply) {
			const requested = request.body?.requestedDurationSeconds;
			// Kept: 0 and null ask for the default, too.
			const durationSeconds = requested || DURATION_SECONDS_DEFAULT;
			const key = readKey(request);
			authority.create({ durationSeconds, key }, new ReplySink<Session>(reply, 201));
		},
	});

	app.get<SessionRoute>("/api/sessions/:id", {
		schema: {
			tags: ["sessions"],
			summary: "A session as it is stored, active or ended",
			response: { 200: Session, ...readErrors("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler(request, reply) {
			authority.view(request.params.id, new ReplySink<Session>(reply, 200));
		},
	});
}
