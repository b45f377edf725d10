import type { Session } from "@savepoint/core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { LiveClient } from "./live-client.js";
import { type Operator, PASSWORD, type Send, sendTo, signInTo } from "./operator.js";
import { makeSqliteApp, type SqliteApp } from "./sqlite-app.js";

/** Less than what the server would take for an absence, with room for a slow machine. */
const LIVE_STEP_MS = 200;

/** A server with a real database, its players, and an operator who is signed in. */
export class ConsoleStand {
	readonly server: SqliteApp;
	readonly #url: string;
	operator: Operator;

	private constructor(server: SqliteApp, url: string, operator: Operator) {
		this.server = server;
		this.#url = url;
		this.operator = operator;
	}

	static async open(): Promise<ConsoleStand> {
		const server = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
		const url = await server.app.listen({ port: 0, host: "127.0.0.1" });
		return new ConsoleStand(server, url, await signInTo(server.app));
	}

	get send(): Send {
		return sendTo(this.server.app);
	}

	/** After a time in which the sign-in has run out. */
	async signInAgain(): Promise<void> {
		this.operator = await signInTo(this.server.app);
	}

	async call<T = Session>(method: "GET" | "POST", path: string, body?: object) {
		const answer = await this.send({ method, url: path, headers: {}, ...(body && { body }) });
		return { status: answer.status, body: JSON.parse(answer.text) as T & { code?: string } };
	}

	async see(id: string) {
		return (await this.call("GET", `/api/sessions/${id}`)).body;
	}

	async stats(): Promise<Record<string, unknown>> {
		return (await this.call<Record<string, unknown>>("GET", "/api/sessions/stats")).body;
	}

	play(id: string, name: string) {
		return this.call<{ seq: number }>("POST", `/api/sessions/${id}/moves`, {
			moves: [{ id: name, type: "spawn", artifactId: name, x: 100, y: 200 }],
		});
	}

	end(id: string, result: "won" | "lost" = "lost") {
		return this.call("POST", `/api/sessions/${id}/end`, { result });
	}

	/** A session with two artifacts; its id. */
	async game(requestedDurationSeconds = 60): Promise<string> {
		const { body } = await this.call("POST", "/api/sessions", { requestedDurationSeconds });
		await this.play(body.sessionId, "a");
		await this.play(body.sessionId, "b");
		return body.sessionId;
	}

	/** A live connection that was greeted. */
	async watch(id: string): Promise<LiveClient> {
		const client = new LiveClient(`${this.#url.replace("http", "ws")}/api/sessions/${id}/live`);
		expect(await client.next()).toMatchObject({ type: "hello" });
		return client;
	}

	/** Time in which the server is alive, so that it is no downtime. */
	async live(ms: number): Promise<void> {
		const { body } = await this.call("POST", "/api/sessions", { requestedDurationSeconds: 600 });
		for (let left = ms; left > 0; left -= LIVE_STEP_MS) {
			this.server.skip(Math.min(LIVE_STEP_MS, left));
			await this.play(body.sessionId, `tick-${left}`);
		}
		await this.end(body.sessionId);
	}
}

/** One stand for a file; after each test its counters must be those of a recount. */
export function useConsoleStand(): () => ConsoleStand {
	let stand: ConsoleStand;
	beforeAll(async () => {
		stand = await ConsoleStand.open();
	});
	afterAll(() => stand.server.close());
	afterEach(async () => {
		const { stored, counted } = await stand.server.recount();
		expect(stored).toEqual(counted);
	});
	return () => stand;
}
