import cookies from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SavepointError } from "../../errors.js";
import type { Origin } from "../../operator/audit-book.js";
import type { Console } from "../../operator/console.js";

type SignIns = Console["signIns"];

/**
 * What stands before every call of the console. Two things keep another site from calling in the
 * operator's name: the cookie is SameSite=Strict, and whatever changes something must carry a
 * header that no form can send and no foreign page may set.
 */
const COOKIE = "savepoint_console";
export const CONSOLE_PATH = "/api/console";
export const CONSOLE_HEADER = "x-savepoint-console";

/** Registers the cookies, and refuses what was not sent by the console itself. */
export function guardConsole(app: FastifyInstance, signIns: SignIns): void {
	app.register(cookies);
	app.addHook("onRequest", (request, reply, done) => {
		reply.header("cache-control", "no-store");
		if (!signIns.isOn) done(new SavepointError("CONSOLE_OFF"));
		else if (request.method !== "GET" && !isFromConsole(request))
			done(new SavepointError("FORGED_REQUEST"));
		else done();
	});
}

/** For every call but `sign-in`: a cookie that is good. */
export const requireSignIn =
	(signIns: SignIns) =>
	async (request: FastifyRequest): Promise<void> => {
		const token = tokenOf(request);
		if (token === null || (await signIns.expiryOf(token)) === null)
			throw new SavepointError("SIGN_IN_REQUIRED");
	};

export const originOf = (request: FastifyRequest): Origin => ({ address: request.ip });

export const tokenOf = (request: FastifyRequest): string | null => request.cookies[COOKIE] ?? null;

export function keepToken(
	request: FastifyRequest,
	reply: FastifyReply,
	{ token, expiresAtMs }: { readonly token: string; readonly expiresAtMs: number },
): void {
	reply.setCookie(COOKIE, token, {
		path: CONSOLE_PATH,
		httpOnly: true,
		sameSite: "strict",
		// Over plain HTTP, on a developer's machine, a secure cookie would never come back.
		secure: request.protocol === "https",
		expires: new Date(expiresAtMs),
	});
}

export const forgetToken = (reply: FastifyReply): void => {
	reply.clearCookie(COOKIE, { path: CONSOLE_PATH });
};

function isFromConsole({ headers }: FastifyRequest): boolean {
	if (headers[CONSOLE_HEADER] !== "1") return false;
	const { origin, host } = headers;
	if (origin === undefined) return true;
	return URL.canParse(origin) && new URL(origin).host === host;
}
