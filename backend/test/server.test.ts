import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { LiveClient } from "./support/live-client.js";

const SERVER = fileURLToPath(new URL("../dist/server.js", import.meta.url));

interface Running {
	readonly process: ChildProcess;
	readonly ended: Promise<{ code: number | null; signal: string | null }>;
	out: string;
	err: string;
}

describe("the server's process", () => {
	let directory: string;
	const running: Running[] = [];
	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), "savepoint-server-"));
	});
	afterEach(async () => {
		for (const { process, ended } of running.splice(0)) {
			process.kill("SIGKILL");
			await ended;
		}
		await rm(directory, { recursive: true });
	});

	const run = (env: Record<string, string> = {}): Running => {
		const child = spawn(process.execPath, [SERVER], {
			env: { PATH: "", PORT: "0", SAVEPOINT_DB_PATH: join(directory, "db.sqlite"), ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
		const subject: Running = { process: child, ended, out: "", err: "" };
		child.stdout?.on("data", (text) => {
			subject.out += text;
		});
		child.stderr?.on("data", (text) => {
			subject.err += text;
		});
		running.push(subject);
		return subject;
	};
	const urlOf = async (subject: Running): Promise<string> => {
		for (;;) {
			const url = /listening on (http:\S+)/.exec(subject.out)?.[1];
			if (url !== undefined) return url;
			const more = once(subject.process.stdout ?? subject.process, "data");
			await Promise.race([
				more,
				subject.ended.then(() => {
					throw new Error(`It ended instead of listening: ${subject.err}`);
				}),
			]);
		}
	};

	it("says where it listens and what is stored where, and logs JSON beside it", async () => {
		const server = run();
		const url = await urlOf(server);
		expect((await fetch(`${url}/health`)).status).toBe(200);
		expect(server.out).toContain(join(directory, "db.sqlite"));
		expect(server.out).toContain(`curl -X POST ${url}/api/sessions`);
		for (const line of server.err.trim().split("\n")) JSON.parse(line);
		expect(server.err).toContain('"msg":"listening"');
	});

	it("stops in order on SIGTERM: tells live clients, exits 0, and all is there again", async () => {
		const server = run();
		const url = await urlOf(server);
		const created = await fetch(`${url}/api/sessions`, { method: "POST" });
		const { sessionId } = (await created.json()) as { sessionId: string };
		const client = new LiveClient(`${url.replace("http", "ws")}/api/sessions/${sessionId}/live`);
		expect(await client.next()).toMatchObject({ type: "hello" });
		const move = { id: "m", type: "spawn", artifactId: "a", x: 1, y: 1 };
		client.send({ type: "moves", ref: 1, moves: [move] });
		expect(await client.next()).toMatchObject({ type: "receipts", seq: 1 });
		server.process.kill("SIGTERM");
		expect(await client.next()).toMatchObject({ type: "going-away" });
		expect((await client.closed).code).toBe(1001);
		expect(await server.ended).toEqual({ code: 0, signal: null });

		const next = run();
		const again = await fetch(`${await urlOf(next)}/api/sessions/${sessionId}`);
		expect(await again.json()).toMatchObject({ seq: 1, artifacts: [{ id: "a" }] });
		next.process.kill("SIGINT");
		expect(await next.ended).toEqual({ code: 0, signal: null });
	});

	it("exits at once on a second signal", async () => {
		const server = run();
		const url = await urlOf(server);
		// A request whose body does not come would hold an orderly stop.
		const { connect } = await import("node:net");
		const socket = connect(Number(new URL(url).port), "127.0.0.1");
		socket.on("error", () => {});
		socket.write("POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
		await fetch(`${url}/health/live`);
		server.process.kill("SIGTERM");
		await once(server.process.stdout ?? server.process, "data");
		server.process.kill("SIGTERM");
		expect(await server.ended).toEqual({ code: 143, signal: null });
	});

	it("does not start with mistakes in its configuration, and names all of them", async () => {
		const server = run({ PORT: "many", LOG_LEVEL: "loud" });
		expect(await server.ended).toEqual({ code: ERRORS.CONFIG_INVALID.exitCode, signal: null });
		expect(server.out).toBe("");
		expect(server.err).toMatch(/^savepoint: CONFIG_INVALID:\n {2}- PORT .*\n {2}- LOG_LEVEL .*\n$/);
	});

	it("does not start on a port that is taken, and gives its database up again", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const { port } = other.address() as AddressInfo;
		const server = run({ PORT: String(port), LOG_LEVEL: "silent" });
		expect((await server.ended).code).toBe(ERRORS.CONFIG_INVALID.exitCode);
		expect(server.err).toBe(
			`savepoint: Port ${port} on 127.0.0.1 is taken by another program. ` +
				"Stop it, or set another PORT. (CONFIG_INVALID)\n",
		);
		other.close();
		await urlOf(run());
	});

	it("[G5] does not start beside another server on the same database", async () => {
		await urlOf(run());
		const second = run({ LOG_LEVEL: "silent" });
		expect((await second.ended).code).toBe(ERRORS.STORAGE_LOCKED.exitCode);
		expect(second.err).toMatch(/^savepoint: .*\(STORAGE_LOCKED\)\n$/);
	});
});
