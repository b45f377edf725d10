import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { plainErrors } from "./documented.js";

const Notices = Type.Object({
	notices: Type.Array(
		Type.Object({
			id: Type.String(),
			title: Type.String(),
			message: Type.String(),
			validFrom: Type.String({ format: "date-time" }),
			validTo: Type.String({ format: "date-time" }),
		}),
	),
});

/**
 * Existing clients ask for notices at their start; there are none until an operator can write
 * them.
 */
export function registerNotices(app: FastifyInstance): void {
	app.get("/api/notices/active", {
		schema: {
			tags: ["notices"],
			summary: "Notices to show to players now",
			response: { 200: Notices, ...plainErrors() },
		},
		handler: (_request, reply) => reply.send({ notices: [] }),
	});
}
