import {
	AuditLines,
	HISTORY_SPANS,
	History,
	NoticeLines,
	Overview,
	RetentionView,
	SESSION_FILTERS,
	SessionLines,
} from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { ApiContext } from "../context.js";
import { readErrors } from "../documented.js";
import { PageQuery, pageFields, readLimit, words } from "./paging.js";

const TAG = { tags: ["console"] };
const SessionsQuery = Type.Object({
	...pageFields,
	filter: Type.Optional(words(SESSION_FILTERS)),
	search: Type.Optional(
		Type.String({ pattern: "^[0-9a-z]{0,36}$", description: "What the id begins with." }),
	),
});
const HistoryQuery = Type.Object({ span: words(HISTORY_SPANS) });
const guarded = readErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED");

/** What an operator can look at. Nothing here changes anything. */
export function registerConsoleReads(app: FastifyInstance, { console }: ApiContext): void {
	app.get("/overview", {
		schema: { ...TAG, summary: "The service now", response: { 200: Overview, ...guarded() } },
		handler: () => console.overview(),
	});

	app.get<{ Querystring: Static<typeof HistoryQuery> }>("/history", {
		schema: {
			...TAG,
			summary: "The statistics over time",
			querystring: HistoryQuery,
			response: { 200: History, ...guarded() },
		},
		handler: ({ query }) => console.history.read(query.span),
	});

	app.get<{ Querystring: Static<typeof SessionsQuery> }>("/sessions", {
		schema: {
			...TAG,
			summary: "Sessions, page by page",
			description: "Newest first; active ones: the one that falls due last first.",
			querystring: SessionsQuery,
			response: { 200: SessionLines, ...guarded() },
		},
		handler: ({ query }) =>
			console.sessions.list({
				filter: query.filter ?? null,
				idPrefix: query.search ?? "",
				cursor: query.after ?? null,
				limit: readLimit(query.limit),
			}),
	});

	app.get("/retention", {
		schema: {
			...TAG,
			summary: "What grows too old to be kept, and how much that is",
			response: { 200: RetentionView, ...guarded() },
		},
		handler: () => console.viewRetention(),
	});

	app.get("/notices", {
		schema: { ...TAG, summary: "All notices", response: { 200: NoticeLines, ...guarded() } },
		handler: async () => ({ notices: await console.notices.all() }),
	});

	app.get<{ Querystring: Static<typeof PageQuery> }>("/audit", {
		schema: {
			...TAG,
			summary: "What operators did, newest first",
			querystring: PageQuery,
			response: { 200: AuditLines, ...guarded() },
		},
		handler: ({ query }) => console.audit.page(query.after ?? null, readLimit(query.limit)),
	});
}
