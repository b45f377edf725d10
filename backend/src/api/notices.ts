import { Notice } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "./context.js";
import { readErrors } from "./documented.js";

const Notices = Type.Object({ notices: Type.Array(Notice) });

/** Existing clients ask for notices at their start; operators write them in the console. */
export function registerNotices(app: FastifyInstance, { console }: ApiContext): void {
	app.get("/api/notices/active", {
		schema: {
			tags: ["notices"],
			summary: "Notices to show to players now",
			response: { 200: Notices, ...readErrors() },
		},
		handler: async () => ({ notices: await console.notices.active() }),
	});
}
