import { ERROR_CODES } from "@savepoint/core";
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS, SavepointError } from "#src/errors.js";
import { type FakeApp, makeFakeApp } from "./support/fake-app.js";

describe("the app", () => {
	const opened: FakeApp[] = [];
	afterEach(async () => {
		for (const { app } of opened.splice(0)) await app.close();
	});
	const make = async (...args: Parameters<typeof makeFakeApp>) => {
		const subject = await makeFakeApp(...args);
		opened.push(subject);
		return subject;
	};

	it("answers a mistake of its own with 500, tells no details, and logs them", async () => {
		const { app, authority, logged } = await make();
		authority.mistake = new Error("password=hunter2");
		const response = await app.inject({ method: "GET", url: "/api/sessions/stats" });
		expect(response.statusCode).toBe(500);
		expect(response.json()).toEqual({ error: ERRORS.INTERNAL.sentence, code: "INTERNAL" });
		expect(logged).toEqual([
			{
				level: "error",
				text: "failed",
				fields: {
					requestId: response.headers["x-request-id"],
					method: "GET",
					route: "/api/sessions/stats",
					status: 500,
					code: "INTERNAL",
					err: authority.mistake,
				},
			},
		]);
	});

	it("logs nothing of what goes well or is the caller's mistake", async () => {
		const { app, logged } = await make();
		await app.inject({ method: "POST", url: "/api/sessions" });
		await app.inject({ method: "POST", url: "/api/sessions", payload: "{" });
		await app.inject({ method: "GET", url: "/nowhere" });
		expect(logged).toEqual([]);
	});

	it.each(["STORAGE_OVERLOADED", "STORAGE_FULL", "STORAGE_READ_ONLY", "OUTCOME_UNKNOWN"] as const)(
		"[F3] answers %s with 503 and when to come back, and still reads",
		async (code) => {
			const { app, authority } = await make();
			const created = await app.inject({ method: "POST", url: "/api/sessions" });
			const url = `/api/sessions/${created.json().sessionId}`;
			authority.trouble = new SavepointError(code);
			const write = await app.inject({
				method: "POST",
				url: `${url}/spawn`,
				payload: { x: 1, y: 1 },
			});
			expect(write.statusCode).toBe(503);
			expect(write.headers["retry-after"]).toBe("1");
			expect(write.json()).toEqual({ error: ERRORS[code].sentence, code });
			expect((await app.inject({ method: "GET", url })).statusCode).toBe(200);
			const health = await app.inject({ method: "GET", url: "/health" });
			expect(health.statusCode).toBe(503);
			expect(health.headers["retry-after"]).toBe("1");
			expect(health.json()).toMatchObject({
				status: "unavailable",
				error: ERRORS[code].sentence,
				code,
				version: "0.0.0-test",
				storage: { engine: "sqlite" },
			});
			expect((await app.inject({ method: "GET", url: "/health/live" })).statusCode).toBe(200);
		},
	);

	it("limits writes per address over all calls, and reads never", async () => {
		const { app } = await make({ writesPerMinute: 3 });
		const post = (url: string, remoteAddress = "1.1.1.1") =>
			app.inject({ method: "POST", url, remoteAddress });
		expect((await post("/api/sessions")).statusCode).toBe(201);
		expect((await post("/api/sessions/nobody/end")).statusCode).toBe(404);
		expect((await post("/api/sessions")).statusCode).toBe(201);
		const limited = await post("/api/sessions");
		expect(limited.statusCode).toBe(429);
		expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
		expect(limited.json()).toEqual({ error: ERRORS.RATE_LIMITED.sentence, code: "RATE_LIMITED" });
		expect((await post("/api/sessions", "2.2.2.2")).statusCode).toBe(201);
		const read = await app.inject({ url: "/health", remoteAddress: "1.1.1.1" });
		expect(read.statusCode).toBe(200);
	});

	it("believes a forwarded address from its own proxies, and from no one else", async () => {
		const { app } = await make({ writesPerMinute: 1, trustProxy: ["10.0.0.0/8"] });
		const post = (remoteAddress: string, forwarded: string) =>
			app.inject({
				method: "POST",
				url: "/api/sessions",
				remoteAddress,
				headers: { "x-forwarded-for": forwarded },
			});
		expect((await post("10.1.2.3", "7.7.7.1")).statusCode).toBe(201);
		expect((await post("10.1.2.3", "7.7.7.2")).statusCode).toBe(201);
		expect((await post("10.1.2.3", "7.7.7.1")).statusCode).toBe(429);
		expect((await post("8.8.8.8", "7.7.7.3")).statusCode).toBe(201);
		expect((await post("8.8.8.8", "7.7.7.4")).statusCode).toBe(429);
	});

	it("greets people at / and shows the calls at /docs", async () => {
		const { app } = await make();
		const home = await app.inject({ url: "/" });
		expect(home.headers["content-type"]).toContain("text/html");
		expect(home.body).toContain('href="/docs"');
		expect((await app.inject({ url: "/docs" })).statusCode).toBe(200);
		expect((await app.inject({ url: "/docs/static/index.css" })).statusCode).toBe(200);
	});

	it("answers what is under way when it closes, and then no more", async () => {
		const { app, authority } = await make();
		await app.listen({ port: 0, host: "127.0.0.1" });
		authority.hold();
		const arrived = new Promise((resolve) => app.server.once("request", resolve));
		const url = app.listeningOrigin;
		const underWay = fetch(`${url}/api/sessions`, { method: "POST" });
		await arrived;
		const closed = app.close();
		authority.release();
		expect((await underWay).status).toBe(201);
		await closed;
		await expect(fetch(url)).rejects.toThrow();
	});
});

describe("the documentation of the calls", () => {
	interface Operation {
		summary?: string;
		tags?: string[];
		parameters?: { name: string; in: string }[];
		responses: Record<string, { content?: Record<string, Schema> }>;
	}
	interface Schema {
		schema: { properties?: { code?: { enum?: string[] } } };
	}
	const load = async () => {
		const { app } = await makeFakeApp();
		const page = await app.inject({ url: "/docs/json" });
		await app.close();
		const { paths }: { paths: Record<string, Record<string, Operation>> } = page.json();
		return Object.entries(paths).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, operation]) => ({
				name: `${method.toUpperCase()} ${path}`,
				operation,
			})),
		);
	};

	it("lists every call of the contract", async () => {
		const calls = await load();
		expect(calls.map(({ name }) => name).sort()).toEqual([
			"GET /api/console/audit",
			"GET /api/console/backups",
			"GET /api/console/history",
			"GET /api/console/notices",
			"GET /api/console/overview",
			"GET /api/console/quarantine",
			"GET /api/console/retention",
			"GET /api/console/sessions",
			"GET /api/console/sessions/{id}",
			"GET /api/console/sessions/{id}/audit",
			"GET /api/console/sessions/{id}/backups",
			"GET /api/console/sessions/{id}/log",
			"GET /api/console/sessions/{id}/restore",
			"GET /api/console/signed-in",
			"GET /api/console/storage-history",
			"GET /api/high-scores",
			"GET /api/notices/active",
			"GET /api/replays/{replayId}",
			"GET /api/sessions/stats",
			"GET /api/sessions/{id}",
			"GET /api/sessions/{id}/live",
			"GET /api/sessions/{id}/moves",
			"GET /api/system/stats",
			"GET /health",
			"GET /health/live",
			"GET /metrics",
			"POST /api/console/audit/{id}/undo",
			"POST /api/console/backups",
			"POST /api/console/backups/{name}/prove",
			"POST /api/console/notices",
			"POST /api/console/notices/{id}/withdraw",
			"POST /api/console/sessions/{id}/delete",
			"POST /api/console/sessions/{id}/end",
			"POST /api/console/sessions/{id}/restore",
			"POST /api/console/sign-in",
			"POST /api/console/sign-out",
			"POST /api/high-scores",
			"POST /api/sessions",
			"POST /api/sessions/{id}/artifact-status",
			"POST /api/sessions/{id}/deposit",
			"POST /api/sessions/{id}/end",
			"POST /api/sessions/{id}/moves",
			"POST /api/sessions/{id}/spawn",
		]);
	});

	it("says of each what it is for, what it takes and how it may fail", async () => {
		for (const { name, operation } of await load()) {
			expect(operation.summary, name).toMatch(/\S/);
			expect(operation.tags, name).toHaveLength(1);
			const parameters = operation.parameters?.map((parameter) => parameter.name) ?? [];
			if (name.includes("{id}")) expect(parameters, name).toContain("id");
			// An operator's deed is told apart by its entry in the audit log.
			if (name.startsWith("POST") && !name.includes("/console/")) {
				expect(parameters, name).toContain("Idempotency-Key");
				expect(Object.keys(operation.responses), name).toEqual(
					expect.arrayContaining(["400", "413", "422", "429", "500", "503"]),
				);
			}
		}
	});

	it("names every code that travels over HTTP, under the status of the catalogue", async () => {
		const named = new Set<string>();
		for (const { name, operation } of await load())
			for (const [status, { content }] of Object.entries(operation.responses))
				for (const code of content?.["application/json"]?.schema.properties?.code?.enum ?? []) {
					named.add(code);
					const entry = Object.entries(ERRORS).find(([known]) => known === code)?.[1];
					expect(entry?.httpStatus, `${name} ${code}`).toBe(Number(status));
				}
		const elsewhere = ["METHOD_NOT_ALLOWED", "ARTIFACT_EXISTS"];
		const expected = ERROR_CODES.filter((code) => ERRORS[code].httpStatus !== null);
		expect([...named, ...elsewhere].sort()).toEqual([...expected].sort());
	});
});
