import type { ErrorCode } from "@savepoint/core";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { expect } from "vitest";

type Headers = Record<string, string>;

/** As much of an OpenAPI operation as names the codes that it may fail with. */
interface Documented {
	readonly responses: Record<
		number,
		{ content: Record<string, { schema: { properties: { code: { enum: string[] } } } }> }
	>;
}

/** Calls an app by the words of the contract. */
export class ContractCaller {
	readonly app: FastifyInstance;
	#documented: Promise<LightMyRequestResponse> | null = null;

	constructor(app: FastifyInstance) {
		this.app = app;
	}

	async call(options: InjectOptions): Promise<LightMyRequestResponse> {
		const response = await this.app.inject(options);
		if (response.statusCode >= 400) await this.#isDocumented(response);
		return response;
	}

	/** Every failure of a call that exists must stand in its documentation. */
	async #isDocumented({ raw, statusCode, json }: LightMyRequestResponse): Promise<void> {
		const { code }: { code: string } = json();
		if (code === "NOT_FOUND" || code === "METHOD_NOT_ALLOWED") return;
		const path = raw.req.url?.split("?", 1)[0] ?? "";
		const method = raw.req.method?.toLowerCase() ?? "";
		this.#documented ??= this.app.inject({ url: "/docs/json" }).then();
		const page = await this.#documented;
		const { paths } = page.json<{ paths: Record<string, Record<string, Documented>> }>();
		const found = Object.entries(paths)
			.filter(([known]) => new RegExp(`^${known.replace(/\{\w+\}/g, "[^/]+")}$`).test(path))
			// The path without parameters is the one that Fastify takes, too.
			.sort(([a], [b]) => a.split("{").length - b.split("{").length)[0];
		const answer = found?.[1][method]?.responses[statusCode];
		if (found === undefined) return;
		const codes = answer?.content["application/json"]?.schema.properties.code.enum;
		expect(codes, `${method} ${found[0]} ${statusCode}`).toContain(code);
	}

	get(url: string): Promise<LightMyRequestResponse> {
		return this.call({ method: "GET", url });
	}

	post(url: string, payload?: object | string, headers: Headers = {}) {
		const body = payload === undefined ? {} : { payload };
		return this.call({ method: "POST", url, headers, ...body });
	}

	/** Starts a session; its path. */
	async start(): Promise<string> {
		const response = await this.post("/api/sessions");
		expect(response.statusCode).toBe(201);
		return `/api/sessions/${response.json<{ sessionId: string }>().sessionId}`;
	}

	/** Spawns an artifact in the session of this path; its id. */
	async spawn(session: string): Promise<string> {
		const response = await this.post(`${session}/spawn`, { x: 100, y: 200 });
		expect(response.statusCode).toBe(201);
		return response.json<{ artifact: { id: string } }>().artifact.id;
	}
}

/** What a failed call looks like, for comparing with `seen`. */
export const failure = (statusCode: number, code: ErrorCode) => ({
	statusCode,
	body: { code, error: expect.stringMatching(/\S/) },
});

export const seen = (response: LightMyRequestResponse): { statusCode: number; body: unknown } => ({
	statusCode: response.statusCode,
	body: response.json(),
});
