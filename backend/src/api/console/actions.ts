import { ActionAnswer, type AuditLine, NoticeBody } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { Static } from "typebox";
import type { ApiContext } from "../context.js";
import { writeErrors } from "../documented.js";
import { originOf } from "./guard.js";

const TAG = { tags: ["console"] };
const guarded = writeErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED", "FORGED_REQUEST");
const answer = async (deed: Promise<AuditLine>): Promise<ActionAnswer> => ({ entry: await deed });

interface IdRoute {
	Params: { id: string };
}

/** What an operator can do. Each is in the audit log, and answers with its entry there. */
export function registerConsoleActions(
	app: FastifyInstance,
	{ console: { notices, undo }, onWrite }: ApiContext,
): void {
	app.post<{ Body: Static<typeof NoticeBody> }>("/notices", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Shows a notice to players",
			body: NoticeBody,
			response: { 200: ActionAnswer, ...guarded() },
		},
		handler: (request) => answer(notices.send(request.body, originOf(request))),
	});

	app.post<IdRoute>("/notices/:id/withdraw", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Takes a notice back",
			response: { 200: ActionAnswer, ...guarded("NOTICE_NOT_FOUND", "NOTHING_TO_UNDO") },
		},
		handler: (request) => answer(notices.withdraw(request.params.id, originOf(request))),
	});

	app.post<IdRoute>("/audit/:id/undo", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Undoes what an entry of the audit log tells of",
			response: {
				200: ActionAnswer,
				...guarded("AUDIT_NOT_FOUND", "NOTHING_TO_UNDO", "UNDO_OUTDATED", "SESSION_HARMED"),
			},
		},
		handler: (request) => answer(undo(request.params.id, originOf(request))),
	});
}
