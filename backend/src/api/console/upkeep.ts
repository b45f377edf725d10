import {
	ActionAnswer,
	BackupsView,
	QuarantineView,
	STORAGE_SPANS,
	StorageHistory,
} from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { ApiContext } from "../context.js";
import { readErrors, writeErrors } from "../documented.js";
import { originOf } from "./guard.js";
import { PageQuery, readLimit, words } from "./paging.js";

const TAG = { tags: ["console"] };
const StorageQuery = Type.Object({ span: words(STORAGE_SPANS) });
const guarded = readErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED");
const guardedWrite = writeErrors.bind(null, "CONSOLE_OFF", "SIGN_IN_REQUIRED", "FORGED_REQUEST");

interface PageRoute {
	Querystring: Static<typeof PageQuery>;
}

/** Backups, what was set aside, and how the storage does. */
export function registerUpkeep(app: FastifyInstance, context: ApiContext): void {
	registerReads(app, context);
	registerOrders(app, context);
}

function registerReads(app: FastifyInstance, { console }: ApiContext): void {
	app.get<{ Querystring: Static<typeof StorageQuery> }>("/storage-history", {
		schema: {
			...TAG,
			summary: "How the storage does over time",
			description: "Kept in memory: it begins empty with each start of the server.",
			querystring: StorageQuery,
			response: { 200: StorageHistory, ...guarded() },
		},
		handler: ({ query }, reply) => reply.send(console.storage.read(query.span)),
	});

	app.get<PageRoute>("/backups", {
		schema: {
			...TAG,
			summary: "Backups, and what is under way",
			querystring: PageQuery,
			response: { 200: BackupsView, ...guarded() },
		},
		handler: ({ query }) => console.backups.view(query.after ?? null, readLimit(query.limit)),
	});

	app.get<PageRoute>("/quarantine", {
		schema: {
			...TAG,
			summary: "Sessions that were set aside by name, and what a recovery did",
			querystring: PageQuery,
			response: { 200: QuarantineView, ...guarded() },
		},
		handler: ({ query }) => console.quarantine.view(query.after ?? null, readLimit(query.limit)),
	});
}

/** Each is in the audit log before it begins, and answers with its entry there. */
function registerOrders(app: FastifyInstance, { console: { backups }, onWrite }: ApiContext): void {
	app.post("/backups", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Begins a backup",
			description: "`GET /backups` tells how far it is; what came of it is in the audit log.",
			response: { 200: ActionAnswer, ...guardedWrite("BACKUP_UNDER_WAY", "BACKUP_FAILED") },
		},
		handler: async (request) => ({ entry: await backups.backUp(originOf(request)) }),
	});

	app.post<{ Params: { name: string } }>("/backups/:name/prove", {
		onRequest: onWrite,
		schema: {
			...TAG,
			summary: "Begins to prove a backup again",
			response: {
				200: ActionAnswer,
				...guardedWrite("BACKUP_UNDER_WAY", "BACKUP_FAILED", "BACKUP_NOT_FOUND"),
			},
		},
		handler: async (request) => ({
			entry: await backups.prove(request.params.name, originOf(request)),
		}),
	});
}
