import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { vi } from "vitest";

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

export type SignedIn = Awaited<ReturnType<typeof signInTo>>;

/** Takes the directory of the backups away while one is being made in it. */
export async function spoilBackupUnderWay(backups: string): Promise<void> {
	await vi.waitFor(
		() => {
			const making = readdirSync(backups).find((name) => name.endsWith(".part")) ?? "";
			if (!existsSync(join(backups, making, "savepoint.sqlite"))) throw new Error("Not yet.");
		},
		{ timeout: 20_000, interval: 2 },
	);
	rmSync(backups, { recursive: true });
}
