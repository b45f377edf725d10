import type { FastifyRequest } from "fastify";
import { SavepointError } from "../errors.js";

const VISIBLE = /^[\x21-\x7e]{1,64}$/;

/**
 * The request's Idempotency-Key, or null when there is none.
 * Throws IDEMPOTENCY_KEY_INVALID unless it has 1 to 64 visible ASCII characters.
 */
export function readKey(request: FastifyRequest): string | null {
	const key = request.headers["idempotency-key"];
	if (key === undefined) return null;
	if (typeof key !== "string" || !VISIBLE.test(key))
		throw new SavepointError("IDEMPOTENCY_KEY_INVALID");
	return key;
}
