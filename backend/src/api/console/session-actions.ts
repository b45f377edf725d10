import { ActionAnswer, type AuditLine, RestoreBody } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { Static } from "typebox";
import type { ApiContext } from "../context.js";
import { type SessionRoute, writeErrors } from "../documented.js";
import { originOf } from "./guard.js";

const TAG = { tags: ["console"] };
const guarded = writeErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED", "FORGED_REQUEST");
const answer = async (deed: Promise<AuditLine>): Promise<ActionAnswer> => ({ entry: await deed });

/** What an operator can do to a session; each can be undone by its entry in the audit log. */
export function registerSessionActions(
	app: FastifyInstance,
	{ console: { actions }, onWrite }: ApiContext,
): void {
	app.post<SessionRoute>("/sessions/:id/end", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Ends an active session as abandoned",
			response: {
				200: ActionAnswer,
				...guarded("SESSION_NOT_FOUND", "SESSION_ENDED", "SESSION_HARMED"),
			},
		},
		handler: (request) => answer(actions.end(request.params.id, originOf(request))),
	});

	app.post<SessionRoute>("/sessions/:id/delete", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Deletes a session",
			description:
				"It is hidden and out of the statistics at once; what is stored of it goes when the undo " +
				"window of the configuration is over.",
			response: { 200: ActionAnswer, ...guarded("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler: (request) => answer(actions.delete(request.params.id, originOf(request))),
	});

	app.post<SessionRoute & { Body: Static<typeof RestoreBody> }>("/sessions/:id/restore", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Restores a session from a backup, as the difference was shown",
			body: RestoreBody,
			response: {
				200: ActionAnswer,
				...guarded(
					"SESSION_NOT_FOUND",
					"SESSION_HARMED",
					"BACKUP_NOT_FOUND",
					"RESTORE_REFUSED",
					"RESTORE_OUTDATED",
				),
			},
		},
		handler(request) {
			const { from, seq } = request.body;
			return answer(actions.restore(request.params.id, from, seq, originOf(request)));
		},
	});
}
