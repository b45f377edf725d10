import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { RETRY_AFTER_SECONDS } from "../errors.js";
import type { ApiContext } from "./context.js";
import { plainErrors } from "./documented.js";

const serverFields = {
	version: Type.String(),
	uptimeSeconds: Type.Number(),
	storage: Type.Object({
		engine: Type.String(),
		warnings: Type.Array(Type.String()),
		/** What a recovery at this start brought back and what it did not. */
		recovery: Type.Union([
			Type.Null(),
			Type.Object({ at: Type.String(), reason: Type.String(), outcome: Type.String() }),
		]),
		walBytes: Type.Integer(),
		tailRows: Type.Integer(),
	}),
};
const Healthy = Type.Object({ status: Type.Literal("ok"), ...serverFields });
/** No fields are required: a server that is stopping answers 503 with the plain error. */
const Unavailable = Type.Object(
	{
		status: Type.Optional(Type.Literal("unavailable")),
		error: Type.String(),
		code: Type.String(),
		...Type.Partial(Type.Object(serverFields)).properties,
	},
	{ description: "A write would not be durable now; `error` and `code` say why." },
);
const Alive = Type.Object({ status: Type.Literal("ok") });

/** For load balancers and people: `/health`. For whatever restarts the process: `/health/live`. */
export function registerHealth(app: FastifyInstance, context: ApiContext): void {
	app.get("/health", {
		schema: {
			tags: ["health"],
			summary: "Whether a write would be durable now",
			response: { 200: Healthy, ...plainErrors(), 503: Unavailable },
		},
		handler(_request, reply) {
			const health = context.authority.health();
			if (health.status === "ok") return reply.send({ status: "ok", ...describe(context) });
			const { code, reason } = health;
			return reply
				.code(503)
				.header("retry-after", RETRY_AFTER_SECONDS)
				.send({ status: "unavailable", error: reason, code, ...describe(context) });
		},
	});

	app.get("/health/live", {
		schema: {
			tags: ["health"],
			summary: "Whether the process answers",
			response: { 200: Alive },
		},
		handler: (_request, reply) => reply.send({ status: "ok" }),
	});
}

function describe({ storage, clock, startedAtMs, version }: ApiContext) {
	const { engine, warnings, recovery, gauges } = storage.report();
	return {
		version,
		uptimeSeconds: (clock.now() - startedAtMs) / 1000,
		// Without paths: they are for whoever runs the server and stand in its log.
		storage: {
			engine,
			warnings,
			recovery: recovery && { at: recovery.at, reason: recovery.reason, outcome: recovery.outcome },
			walBytes: gauges.walBytes,
			tailRows: gauges.tailRows,
		},
	};
}
