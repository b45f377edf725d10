import type { IncomingMessage } from "node:http";
import fastify, {
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
	type FastifySchema,
	type RouteOptions,
} from "fastify";
import { Type } from "typebox";
import { SavepointError } from "../errors.js";
import { CONSOLE_PATH } from "./console/guard.js";
import type { createErrorHandler } from "./errors.js";
import { REQUEST_ID_HEADER } from "./request-ids.js";

type ErrorHandler = ReturnType<typeof createErrorHandler>;

const SessionParams = Type.Object({
	id: Type.String({ description: "The session's id: whoever knows it may play and read it." }),
});
const ReplayParams = Type.Object({
	replayId: Type.String({
		description: "A public id, as an ended session and the high scores name it.",
	}),
});
const KeyHeader = Type.Object({
	"Idempotency-Key": Type.Optional(
		Type.String({
			description:
				"1 to 64 visible characters. The same key with the same path and body gets the first " +
				"answer again, with `Idempotency-Replayed: true`; with another path or body 422.",
		}),
	),
});

/**
 * OpenAPI at `/docs/json`, a page to read and try it at `/docs`. Path parameters and headers are
 * added here and not in the routes, where each would be one more check on the hot path.
 *
 * The pages are an application of their own, made when somebody first looks: what describes and
 * draws the calls is a third of all the code that a start would have to load.
 */
export function registerDocs(
	app: FastifyInstance,
	version: string,
	handleError: ErrorHandler,
): void {
	const routes: RouteOptions[] = [];
	app.addHook("onRoute", (route) => {
		if (route.schema?.hide !== true && route.method !== "HEAD") routes.push(route);
	});
	let pages: Promise<FastifyInstance> | null = null;
	const ids = new WeakMap<IncomingMessage, string>();
	const show = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
		pages ??= buildPages(routes, version, { handleError, idOf: (raw) => ids.get(raw) ?? "" });
		const docs = await pages;
		ids.set(request.raw, request.id);
		reply.hijack();
		reply.raw.setHeader(REQUEST_ID_HEADER, request.id);
		docs.routing(request.raw, reply.raw);
		return reply;
	};
	for (const url of ["/docs", "/docs/*"]) app.get(url, { schema: { hide: true }, handler: show });
}

async function buildPages(
	routes: readonly RouteOptions[],
	version: string,
	given: {
		readonly handleError: ErrorHandler;
		/** The id that the request has already. */
		readonly idOf: (request: IncomingMessage) => string;
	},
): Promise<FastifyInstance> {
	const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
		import("@fastify/swagger"),
		import("@fastify/swagger-ui"),
	]);
	const docs = fastify({ logger: false, genReqId: given.idOf });
	docs.setErrorHandler(given.handleError);
	docs.setNotFoundHandler(() => {
		throw new SavepointError("NOT_FOUND");
	});
	// Shown here and never called.
	docs.setValidatorCompiler(() => () => true);
	docs.setSerializerCompiler(() => JSON.stringify);
	docs.register(swagger, {
		openapi: {
			openapi: "3.1.0",
			info: {
				title: "Savepoint",
				version,
				description:
					"Every error is `{error, code}`: a sentence for people and a stable code. " +
					"A path that is not listed answers 404 `NOT_FOUND`, another method 405 " +
					"`METHOD_NOT_ALLOWED` with `Allow`.",
			},
			tags: [
				{ name: "sessions", description: "Start and read sessions" },
				{ name: "play", description: "Moves, singly, in batches and live" },
				{ name: "stats", description: "Counters of the service" },
				{ name: "health", description: "For supervisors, load balancers and people" },
				{ name: "high scores", description: "The best games" },
				{ name: "replays", description: "Finished games, to be watched again" },
				{ name: "notices", description: "Messages to players" },
				{ name: "console", description: "For operators, with the cookie that sign-in sets" },
			],
		},
		transform: ({ schema, url, route }) => {
			const shown: FastifySchema = { ...schema };
			if (url.includes("/:id")) shown.params = SessionParams;
			if (url.includes("/:replayId")) shown.params = ReplayParams;
			if (route.method === "POST" && !url.startsWith(CONSOLE_PATH)) shown.headers = KeyHeader;
			return { schema: shown, url };
		},
	});
	docs.register(swaggerUi, { routePrefix: "/docs" });
	docs.register((shown, _options, done) => {
		for (const { method, url, schema, handler } of routes)
			shown.route({ method, url, handler, ...(schema === undefined ? {} : { schema }) });
		done();
	});
	await docs.ready();
	return docs;
}
