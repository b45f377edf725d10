import {
	BACKUP_NAME_LENGTH_MAX,
	RestoreChoices,
	RestoreDiff,
	SessionAudit,
	SessionDetail,
	SessionLog,
} from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { ApiContext } from "../context.js";
import { readErrors, type SessionRoute } from "../documented.js";
import { PageQuery, pageFields, readLimit } from "./paging.js";

const TAG = { tags: ["console"] };
const guarded = readErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED");
const LogQuery = Type.Object({
	...pageFields,
	after: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$", description: "`next`." })),
});
const DiffQuery = Type.Object({
	from: Type.String({ minLength: 1, maxLength: BACKUP_NAME_LENGTH_MAX }),
});

interface PagedRoute extends SessionRoute {
	Querystring: Static<typeof PageQuery>;
}

/** One session, as an operator looks at it. */
export function registerSessionReads(app: FastifyInstance, { console }: ApiContext): void {
	const { sessions, actions } = console;

	app.get<SessionRoute>("/sessions/:id", {
		schema: {
			...TAG,
			summary: "One session as its players have it",
			response: { 200: SessionDetail, ...guarded("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler: ({ params }) => sessions.open(params.id),
	});

	app.get<PagedRoute>("/sessions/:id/log", {
		schema: {
			...TAG,
			summary: "The log of a session, newest first",
			querystring: LogQuery,
			response: { 200: SessionLog, ...guarded("SESSION_NOT_FOUND", "SESSION_HARMED") },
		},
		handler: ({ params, query: { after, limit } }) =>
			sessions.log(params.id, after === undefined ? null : Number(after), readLimit(limit)),
	});

	app.get<PagedRoute>("/sessions/:id/audit", {
		schema: {
			...TAG,
			summary: "What operators did to a session, newest first",
			description: "Also of one that was deleted, or that never was: then there are no entries.",
			querystring: PageQuery,
			response: { 200: SessionAudit, ...guarded() },
		},
		handler: ({ params, query }) =>
			sessions.audit(params.id, query.after ?? null, readLimit(query.limit)),
	});

	app.get("/sessions/:id/backups", {
		schema: {
			...TAG,
			summary: "The backups that a session can be restored from",
			response: { 200: RestoreChoices, ...guarded() },
		},
		handler: async () => actions.backups(),
	});

	app.get<SessionRoute & { Querystring: Static<typeof DiffQuery> }>("/sessions/:id/restore", {
		schema: {
			...TAG,
			summary: "What restoring a session from a backup would change; changes nothing",
			querystring: DiffQuery,
			response: {
				200: RestoreDiff,
				...guarded("SESSION_NOT_FOUND", "SESSION_HARMED", "BACKUP_NOT_FOUND", "RESTORE_REFUSED"),
			},
		},
		handler: async ({ params, query }) => actions.compare(params.id, query.from),
	});
}
