import type { FastifyInstance } from "fastify";

/** For `SAVEPOINT_ADMIN_PASSWORD`. */
export const PASSWORD = "correct horse battery";
const CONSOLE = { "x-savepoint-console": "1" };

/** An operator who is signed in to the console of this server. */
export async function signInTo(app: FastifyInstance) {
	const { headers: told } = await app.inject({
		method: "POST",
		url: "/api/console/sign-in",
		headers: CONSOLE,
		payload: { password: PASSWORD },
	});
	const cookie = String(told["set-cookie"] ?? "").split(";")[0] ?? "";
	const headers = { ...CONSOLE, cookie };
	return {
		get: async <T>(path: string): Promise<T> =>
			(await app.inject({ url: `/api/console${path}`, headers })).json<T>(),
		post: (path: string, payload: object = {}) =>
			app.inject({ method: "POST", url: `/api/console${path}`, headers, payload }),
	};
}

export type Operator = Awaited<ReturnType<typeof signInTo>>;
