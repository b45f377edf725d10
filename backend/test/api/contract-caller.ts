import type { ErrorCode } from "@savepoint/core";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { expect } from "vitest";

type Headers = Record<string, string>;

/** Calls an app by the words of the contract. */
export class ContractCaller {
	readonly app: FastifyInstance;

	constructor(app: FastifyInstance) {
		this.app = app;
	}

	call(options: InjectOptions): Promise<LightMyRequestResponse> {
		return this.app.inject(options);
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
		expect(response.statusCode).toBe(200);
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
