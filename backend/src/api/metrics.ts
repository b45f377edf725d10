import { hash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { SavepointError } from "../errors.js";
import type { ApiContext } from "./context.js";
import { plainErrors } from "./documented.js";

/**
 * `GET /metrics`, in the text format of Prometheus, for operators only. With a token set, whoever
 * shows it; else, whoever calls from this machine without a proxy in between: a proxy of the same
 * machine would let everybody in. To all others the path does not exist.
 *
 * What shows the numbers is loaded when somebody asks: until then they cost an addition each.
 */
export function registerMetrics(app: FastifyInstance, context: ApiContext): void {
	let registry: Promise<{ contentType: string; metrics(): Promise<string> }> | null = null;
	app.get("/metrics", {
		schema: {
			tags: ["health"],
			summary: "Numbers for Prometheus",
			description: "Who may read them and what they mean: docs/reference/metrics.md.",
			response: { 200: Type.String(), ...plainErrors("NOT_FOUND") },
		},
		async handler(request, reply) {
			if (!mayRead(request, context.config.metricsToken)) throw new SavepointError("NOT_FOUND");
			registry ??= import("./metrics/registry.js").then(({ createRegistry }) =>
				createRegistry(context),
			);
			const { contentType, metrics } = await shown(registry);
			// As text: what is set here is not made JSON of.
			return reply.type(contentType).serializer(String).send(metrics);
		},
	});
}

async function shown(registry: Promise<{ contentType: string; metrics(): Promise<string> }>) {
	const found = await registry;
	return { contentType: found.contentType, metrics: await found.metrics() };
}

function mayRead(request: FastifyRequest, token: string | null): boolean {
	const { headers, socket } = request.raw;
	if (token !== null) return isSame(headers.authorization ?? "", `Bearer ${token}`);
	const isForwarded = Object.keys(headers).some((name) => FORWARDED.test(name));
	return !isForwarded && LOOPBACK.test(socket.remoteAddress ?? "");
}

const FORWARDED = /^(forwarded|via|x-forwarded-.*|x-real-ip)$/;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Takes the same time whatever was guessed right. */
const isSame = (said: string, wanted: string): boolean =>
	timingSafeEqual(hash("sha256", said, "buffer"), hash("sha256", wanted, "buffer"));
