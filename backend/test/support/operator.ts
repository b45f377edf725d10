import type { ActionAnswer, AuditLine } from "@savepoint/core";
import type { FastifyInstance } from "fastify";

/** An operator's HTTP: what the console in a browser sends, over any way to the server. */
export const CONSOLE_HEADERS = { "x-savepoint-console": "1" };

export interface Answered<T> {
	readonly status: number;
	readonly body: T & { readonly code?: string; readonly error?: string };
}

export type Send = (request: {
	readonly method: "GET" | "POST";
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: object;
}) => Promise<{ readonly status: number; readonly text: string; readonly cookie: string | null }>;

/** For `SAVEPOINT_ADMIN_PASSWORD`. */
export const PASSWORD = "correct horse battery";

/** Straight into an application, without a socket. */
export const sendTo =
	(app: FastifyInstance): Send =>
	async ({ method, url, headers, body }) => {
		const payload = body !== undefined && { payload: body };
		const answer = await app.inject({ method, url, headers: { ...headers }, ...payload });
		const cookie = answer.headers["set-cookie"];
		return { status: answer.statusCode, text: answer.body, cookie: cookie?.toString() ?? null };
	};

/** An operator who is signed in to the console of this server. */
export const signInTo = (app: FastifyInstance): Promise<Operator> =>
	Operator.signIn(sendTo(app), PASSWORD);

export class Operator {
	readonly #send: Send;
	readonly cookie: string;

	private constructor(send: Send, cookie: string) {
		this.#send = send;
		this.cookie = cookie;
	}

	static async signIn(send: Send, password: string): Promise<Operator> {
		const { cookie, text } = await send({
			method: "POST",
			url: "/api/console/sign-in",
			headers: CONSOLE_HEADERS,
			body: { password },
		});
		if (cookie === null) throw new Error(`not signed in: ${text}`);
		return new Operator(send, cookie.split(";")[0] ?? "");
	}

	/** The same operator, in front of a server that was started again. */
	by(send: Send): Operator {
		return new Operator(send, this.cookie);
	}

	get<T>(path: string): Promise<Answered<T>> {
		return this.#call<T>("GET", path);
	}

	/** What is shown there, or why it is not. */
	async read<T = object>(path: string): Promise<T> {
		return (await this.get<T>(path)).body;
	}

	post<T = ActionAnswer>(path: string, body: object = {}): Promise<Answered<T>> {
		return this.#call<T>("POST", path, body);
	}

	/** An action that must go well; its entry in the audit log. */
	async does(path: string, body: object = {}): Promise<AuditLine> {
		const { status, body: answer } = await this.post(path, body);
		if (status !== 200) throw new Error(`${path}: ${status} ${answer.error}`);
		return answer.entry;
	}

	/** The code with which an action was refused. */
	async refused(path: string, body: object = {}): Promise<string | undefined> {
		return (await this.post(path, body)).body.code;
	}

	async #call<T>(method: "GET" | "POST", path: string, body?: object): Promise<Answered<T>> {
		const headers = { ...CONSOLE_HEADERS, cookie: this.cookie };
		const url = `/api/console${path}`;
		const request = { method, url, headers, ...(body !== undefined && { body }) };
		const { status, text } = await this.#send(request);
		return { status, body: JSON.parse(text) };
	}
}
