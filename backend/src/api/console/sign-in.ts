import { SignedIn, SignInBody } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { SavepointError } from "../../errors.js";
import type { ApiContext } from "../context.js";
import { readErrors, writeErrors } from "../documented.js";
import { forgetToken, keepToken, originOf, requireSignIn, tokenOf } from "./guard.js";

const Done = Type.Object({ ok: Type.Literal(true) });

/** In and out of the console. */
export function registerSignIn(
	app: FastifyInstance,
	{ console: { signIns }, onWrite, log, version }: ApiContext,
): void {
	app.post<{ Body: Static<typeof SignInBody> }>("/sign-in", {
		onRequest: onWrite,
		schema: {
			tags: ["console"],
			summary: "Signs in with the password of the configuration",
			description: "Five wrong passwords from one address within ten minutes lock it out for 15.",
			body: SignInBody,
			response: {
				200: SignedIn,
				...writeErrors("CONSOLE_OFF", "FORGED_REQUEST", "PASSWORD_WRONG", "SIGN_IN_LOCKED"),
			},
		},
		async handler(request, reply) {
			const origin = originOf(request);
			try {
				const signIn = await signIns.signIn(request.body.password, origin);
				keepToken(request, reply, signIn);
				return {
					expiresAt: new Date(signIn.expiresAtMs).toISOString(),
					serverVersion: version,
				};
			} catch (error) {
				if (error instanceof SavepointError && REFUSED.has(error.code)) {
					log.warn({ requestId: request.id, from: origin.address, code: error.code }, REFUSAL);
					const waitMs = signIns.lockedForMs(origin);
					if (waitMs > 0) reply.header("retry-after", Math.ceil(waitMs / 1000));
				}
				throw error;
			}
		},
	});

	app.get("/signed-in", {
		preHandler: requireSignIn(signIns),
		schema: {
			tags: ["console"],
			summary: "Until when this browser is signed in",
			response: { 200: SignedIn, ...readErrors("CONSOLE_OFF", "SIGN_IN_REQUIRED") },
		},
		async handler(request) {
			const token = tokenOf(request);
			const expiresAtMs = token === null ? null : await signIns.expiryOf(token);
			if (expiresAtMs === null) throw new SavepointError("SIGN_IN_REQUIRED");
			return { expiresAt: new Date(expiresAtMs).toISOString(), serverVersion: version };
		},
	});

	app.post("/sign-out", {
		preHandler: requireSignIn(signIns),
		schema: {
			tags: ["console"],
			summary: "Signs out; the cookie is worth nothing from then on",
			response: {
				200: Done,
				...writeErrors("CONSOLE_OFF", "FORGED_REQUEST", "SIGN_IN_REQUIRED"),
			},
		},
		async handler(request, reply) {
			const token = tokenOf(request);
			if (token !== null) await signIns.signOut(token, originOf(request));
			forgetToken(reply);
			return { ok: true };
		},
	});
}

const REFUSED: ReadonlySet<string> = new Set(["PASSWORD_WRONG", "SIGN_IN_LOCKED"]);
const REFUSAL = "a sign-in to the console was refused";
