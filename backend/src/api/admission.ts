import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { SavepointError } from "../errors.js";
import type { RequestCounts } from "./metrics/request-counts.js";
import type { PathMethods } from "./path-methods.js";
import { Pipelines } from "./pipelines.js";
import { REQUEST_ID_HEADER } from "./request-ids.js";

/** What a Host header may be made of: a name or an address, and a port. */
const HOST = /^[\w.:[\]%-]{1,255}$/;

const TOO_MANY_WAIT =
	"Too many requests wait on this connection; read their answers before you send more.";

/** Turns the server away from new requests once it has begun to stop. */
export interface Gate {
	closing: boolean;
}

/**
 * The first look at every request, before its body is read. It is one plain function, as it runs
 * on the hot path: a wrong path, method or host is turned away here, and a body's content type is
 * forgotten, because bodies are read as JSON whatever they call themselves.
 */
export function createAdmission(gate: Gate, methods: PathMethods, requests: RequestCounts) {
	const pipelines = new Pipelines();
	return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
		const { headers } = request.raw;
		reply.header(REQUEST_ID_HEADER, request.id);
		if (gate.closing && request.url !== "/health/live") {
			reply.header("connection", "close");
			done(new SavepointError("SHUTTING_DOWN"));
		} else if (!pipelines.mayWait(request.raw, reply.raw)) {
			reply.header("connection", "close");
			done(new SavepointError("RATE_LIMITED", TOO_MANY_WAIT));
		} else if (!hasHost(request.raw)) {
			done(new SavepointError("BAD_REQUEST", "The Host header is missing or malformed."));
		} else if (request.is404) {
			requests.unmatched += 1;
			done(unknownPlace(request, reply, methods));
		} else {
			headers["content-type"] = undefined;
			done();
		}
	};
}

/** HTTP/1.1 asks for a Host header, and a broken one could mislead whatever stands before us. */
export function hasHost({ headers: { host }, httpVersion }: IncomingMessage): boolean {
	return host === undefined ? httpVersion !== "1.1" : HOST.test(host);
}

function unknownPlace(
	request: FastifyRequest,
	reply: FastifyReply,
	methods: PathMethods,
): SavepointError {
	const allowed = methods.of(request.raw.url ?? "");
	if (allowed.length === 0) return new SavepointError("NOT_FOUND");
	reply.header("allow", allowed.join(", "));
	return new SavepointError("METHOD_NOT_ALLOWED");
}
