// Goal: the built pages are served at `/`, safely and with the right caching, and nothing else
// changes. Method: a small directory of files as the build leaves it, over the app and over a raw
// socket.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFakeApp } from "../support/fake-app.js";
import { rawRequest } from "../support/raw-http.js";
import { failure, seen } from "./contract-caller.js";

const FILES = {
	"dist/index.html": "<!doctype html><title>start</title>",
	"dist/replay.html": "<!doctype html><title>replay</title>",
	"dist/favicon.svg": "<svg/>",
	"dist/assets/game-C1t_x9Qa.js": "export const plain = 1;",
	"dist/assets/game-C1t_x9Qa.js.br": "brotli",
	"dist/assets/game-C1t_x9Qa.js.gz": "gzip",
	"dist/assets/game-C1t_x9Qa.js.map": "{}",
	"dist/assets/words.json": "{}",
	"secret.txt": "not for strangers",
};

describe("the pages", () => {
	let root: string;
	let app: FastifyInstance;
	beforeAll(async () => {
		root = await mkdtemp(join(tmpdir(), "savepoint-pages-"));
		for (const [path, text] of Object.entries(FILES)) {
			await mkdir(dirname(join(root, path)), { recursive: true });
			await writeFile(join(root, path), text);
		}
		({ app } = await makeFakeApp({}, `${root}/dist/`));
	});
	afterAll(async () => {
		await app.close();
		await rm(root, { recursive: true });
	});
	const get = (url: string, headers: Record<string, string> = {}) =>
		app.inject({ method: "GET", url, headers });

	it.each([
		["/", "start", "text/html; charset=utf-8"],
		["/index.html", "start", "text/html; charset=utf-8"],
		["/replay.html?id=x", "replay", "text/html; charset=utf-8"],
		["/favicon.svg", "svg", "image/svg+xml"],
		["/assets/game-C1t_x9Qa.js", "plain", "application/javascript; charset=utf-8"],
	])("%s is there", async (url, body, type) => {
		const response = await get(url);
		expect(response.statusCode).toBe(200);
		expect(response.body).toContain(body);
		expect(response.headers["content-type"]).toBe(type);
		const head = await app.inject({ method: "HEAD", url });
		expect(head.statusCode).toBe(200);
		expect(head.body).toBe("");
	});

	it("hashed files may be kept for ever, all others are asked for again", async () => {
		const cached = async (url: string) => (await get(url)).headers["cache-control"];
		expect(await cached("/assets/game-C1t_x9Qa.js")).toBe("public, max-age=31536000, immutable");
		for (const url of ["/", "/index.html", "/replay.html", "/favicon.svg", "/assets/words.json"])
			expect(await cached(url), url).toBe("no-cache");
		const { etag = "" } = (await get("/")).headers;
		expect((await get("/", { "if-none-match": String(etag) })).statusCode).toBe(304);
	});

	it.each([
		["br, gzip", "brotli", "br"],
		["gzip", "gzip", "gzip"],
		["identity", "plain", undefined],
	])("who reads %s is sent %s", async (accepts, body, encoding) => {
		const response = await get("/assets/game-C1t_x9Qa.js", { "accept-encoding": accepts });
		expect(response.body).toContain(body);
		expect(response.headers).toMatchObject({
			"content-type": "application/javascript; charset=utf-8",
			"cache-control": "public, max-age=31536000, immutable",
			vary: "accept-encoding",
		});
		expect(response.headers["content-encoding"]).toBe(encoding);
		const page = await get("/", { "accept-encoding": accepts });
		expect(page.body).toContain("start");
	});

	it("run and load only what this server sends, and tell no other site their address", async () => {
		for (const url of ["/", "/assets/game-C1t_x9Qa.js"]) {
			const { headers } = await get(url);
			expect(headers["content-security-policy"]).toMatch(/default-src 'self';.*object-src 'none'/);
			expect(headers["content-security-policy"]).not.toMatch(/script-src|unsafe-eval/);
			expect(headers["x-content-type-options"]).toBe("nosniff");
			expect(headers["referrer-policy"]).toBe("no-referrer");
		}
		expect((await get("/health")).headers["content-security-policy"]).toBeUndefined();
	});

	it.each([
		"//",
		"///index.html",
		"/nowhere.html",
		"/assets",
		"/assets/",
		"/assets/gone-12345678.js",
		"/assets/game-C1t_x9Qa.js.map",
		"/assets/game-C1t_x9Qa.js.br",
		"/../secret.txt",
		"/..%2fsecret.txt",
		"/%2e%2e/secret.txt",
		"/assets/..%2f..%2fsecret.txt",
		"/secret.txt",
	])("%s is 404, like any other path", async (url) => {
		expect(seen(await get(url))).toEqual(failure(404, "NOT_FOUND"));
		const post = await app.inject({ method: "POST", url, payload: "{{{" });
		expect(seen(post)).toEqual(failure(404, "NOT_FOUND"));
	});

	it.each(["/", "/index.html", "/assets/game-C1t_x9Qa.js"])(
		"%s takes no other method",
		async (url) => {
			const response = await app.inject({ method: "POST", url });
			expect(seen(response)).toEqual(failure(405, "METHOD_NOT_ALLOWED"));
			expect(response.headers["allow"]).toBe("GET, HEAD");
		},
	);

	it("a file that is gone since the start is 404, and nobody keeps that", async () => {
		const path = join(root, "dist/assets/late-12345678.js");
		await writeFile(path, "late");
		const { app: other } = await makeFakeApp({}, `${root}/dist/`);
		expect((await other.inject({ url: "/assets/late-12345678.js" })).statusCode).toBe(200);
		await rm(path);
		const gone = await other.inject({ url: "/assets/late-12345678.js" });
		expect(seen(gone)).toEqual(failure(404, "NOT_FOUND"));
		expect(gone.headers["cache-control"]).toBeUndefined();
		await other.close();
	});

	it("the calls, the documentation and a raw path with dots are as before", async () => {
		expect((await get("/docs")).statusCode).toBe(200);
		expect((await get("/docs/static/index.css")).statusCode).toBe(200);
		expect((await get("/health")).statusCode).toBe(200);
		await app.listen({ port: 0, host: "127.0.0.1" });
		const { port } = app.server.address() as AddressInfo;
		for (const path of ["/../secret.txt", "/assets/../../secret.txt", "//", "/.", "/%"]) {
			const answer = await rawRequest(
				port,
				`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
			);
			expect(answer, path).toMatch(/^HTTP\/1\.1 40[04] /);
		}
	});

	it("without a built frontend a plain page leads to the calls", async () => {
		const { app: bare } = await makeFakeApp();
		const home = await bare.inject({ url: "/" });
		expect(home.body).toContain('href="/docs"');
		expect(home.headers["x-content-type-options"]).toBe("nosniff");
		expect((await bare.inject({ url: "/index.html" })).statusCode).toBe(404);
		await bare.close();
	});
});
