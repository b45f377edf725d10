import rateLimit from "@fastify/rate-limit";
import { BODY_BYTES_MAX } from "@savepoint/core";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { createAdmission, type Gate } from "./api/admission.js";
import { answerClientError, refuseOddRequests } from "./api/client-error.js";
import { registerConsole } from "./api/console/register.js";
import type { ApiContext } from "./api/context.js";
import type { AppDeps } from "./api/deps.js";
import { registerDocs } from "./api/docs.js";
import { createErrorHandler } from "./api/errors.js";
import { registerHealth } from "./api/health.js";
import { registerHighScores } from "./api/high-scores.js";
import { registerLive } from "./api/live.js";
import { RequestCounts } from "./api/metrics/request-counts.js";
import { registerMetrics } from "./api/metrics.js";
import { registerMoves } from "./api/moves.js";
import { registerNotices } from "./api/notices.js";
import { registerPages } from "./api/pages.js";
import { PathMethods } from "./api/path-methods.js";
import { registerReplays } from "./api/replays.js";
import { RequestIds } from "./api/request-ids.js";
import { FailureLog, logAnswers } from "./api/request-log.js";
import { registerSessionCalls } from "./api/session-calls.js";
import { registerSessions } from "./api/sessions.js";
import { registerStats } from "./api/stats.js";
import { compileForRoute } from "./api/validation.js";
import { SavepointError } from "./errors.js";
import { IDLE_CONNECTION_MS, PARAM_LENGTH_MAX, WRITE_LIMIT_WINDOW_MS } from "./limits.js";

/**
 * The HTTP server, complete but not listening. `close()` turns new requests away with
 * SHUTTING_DOWN, tells live connections, waits for the answers that are under way, and closes the
 * listening socket.
 */
export function buildApp(deps: AppDeps): FastifyInstance {
	const gate: Gate = { closing: false };
	const methods = new PathMethods();
	const requests = new RequestCounts();
	const requestIds = new RequestIds(deps.config.trustProxy);
	const failures = new FailureLog(deps.log);
	const handleError = createErrorHandler(failures);
	const app = createInstance(deps, requestIds, handleError);

	// 1. What every request passes.
	app.setErrorHandler(handleError);
	// Unknown paths end in admission; this is for a file that the pages at /docs do not have.
	app.setNotFoundHandler(() => {
		throw new SavepointError("NOT_FOUND");
	});
	app.addHook("onRoute", (route) => {
		methods.add(route);
		requests.watch(route);
	});
	app.addHook("onRequest", createAdmission(gate, methods, requests));
	if (deps.config.logLevel === "debug" || deps.config.logLevel === "trace")
		logAnswers(app, deps.log);
	app.addHook("preClose", (done) => {
		gate.closing = true;
		done();
	});
	app.setValidatorCompiler<Parameters<typeof compileForRoute>[0]>(({ schema }) =>
		compileForRoute(schema),
	);
	// What goes out is made by our own typed code: there is nothing for a schema to leave out.
	app.setSerializerCompiler(() => JSON.stringify);
	readEveryBodyAsJson(app);
	refuseOddRequests(app.server);
	// Beyond a count Node drops headers without a word, and an Idempotency-Key may be among them.
	// Their bytes are bounded.
	app.server.maxHeadersCount = 0;

	// 2. What the calls are documented and limited by; before the calls, as it watches them
	// register.
	registerDocs(app, deps.version, handleError);
	const limit = deps.config.writesPerMinute;
	if (limit > 0) app.register(rateLimit, rateLimitOptions(limit));

	// 3. The calls.
	app.register((api, _options, done) => {
		const onWrite = limit > 0 ? [api.rateLimit()] : [];
		const context: ApiContext = { ...deps, requests, requestIds, failures, onWrite };
		registerPages(api, deps.pagesDirectory);
		registerSessions(api, context);
		registerSessionCalls(api, context);
		registerMoves(api, context);
		registerLive(api, context, gate);
		registerStats(api, context);
		registerHealth(api, context);
		registerMetrics(api, context);
		registerNotices(api, context);
		registerConsole(api, context);
		registerHighScores(api, context);
		registerReplays(api, context);
		done();
	});
	return app;
}

/**
 * Fastify's own compilers of schemas, which ours stand in for: loading them was a quarter of a
 * start.
 */
const notLoaded = (): never => {
	throw new Error("a schema was to be compiled before buildApp had set its compilers");
};

function createInstance(
	{ config }: AppDeps,
	requestIds: RequestIds,
	handleError: ReturnType<typeof createErrorHandler>,
): FastifyInstance {
	return fastify({
		genReqId: (request) => requestIds.next(request),
		// Our error handler logs what is worth it; Fastify's own logger costs two listeners a
		// request.
		logger: false,
		bodyLimit: BODY_BYTES_MAX,
		connectionTimeout: IDLE_CONNECTION_MS,
		keepAliveTimeout: IDLE_CONNECTION_MS,
		requestTimeout: config.requestTimeoutMs,
		trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
		// While closing, our own hook answers, in our own shape.
		return503OnClosing: false,
		schemaController: {
			compilersFactory: { buildValidator: notLoaded, buildSerializer: notLoaded },
		},
		routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
		http: {
			headersTimeout: config.requestTimeoutMs,
			// How often Node looks for requests that are late.
			connectionsCheckingInterval: Math.ceil(config.requestTimeoutMs / 10),
			// Our own hook checks the Host header, and answers with a body.
			requireHostHeader: false,
		},
		clientErrorHandler: answerClientError,
		frameworkErrors: (error, request, reply) => handleError(error, request, reply),
	});
}

/** Kept: a body is JSON whatever its content type says, and an empty one is no body. */
function readEveryBodyAsJson(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		"*",
		{ parseAs: "string" },
		(request: FastifyRequest, body: string, done) => {
			if (body.length === 0) done(null, null);
			else void parse(request, body, done);
		},
	);
}

function rateLimitOptions(max: number) {
	return {
		global: false,
		max,
		timeWindow: WRITE_LIMIT_WINDOW_MS,
		errorResponseBuilder: () => new SavepointError("RATE_LIMITED"),
	};
}
