import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findFreePort } from "#src/cli/crashtest/free-port.js";
import { ServerProcess } from "#src/cli/crashtest/server-process.js";

let directory: string;
let server: ServerProcess;
const make = (env: Record<string, string> = {}) =>
	new ServerProcess({
		databasePath: join(directory, "db.sqlite"),
		logPath: join(directory, "log"),
		env,
	});
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "server-process-"));
	server = make();
});
afterEach(async () => {
	await server.kill();
	rmSync(directory, { recursive: true });
});
const started = async (url: string): Promise<unknown> =>
	(await (await fetch(`${url}/api/sessions/stats`)).json()).startedCount;

describe("the server as a process", { timeout: 60_000 }, () => {
	test("[A1] starts, is killed, starts again with what it had, and stops in order", async () => {
		const url = await server.start();
		expect((await fetch(`${url}/api/sessions`, { method: "POST" })).status).toBe(201);
		const { pid } = server;
		await server.kill();
		expect(server.pid).toBeNull();
		expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH");
		expect(await started(await server.start())).toBe(1);
		await server.stop();
		await server.stop();
	});

	test("a kill in the middle of a start needs no ready server", async () => {
		server.launch();
		await server.kill();
		expect(await started(await server.start())).toBe(0);
	});

	test("a server that cannot start is told with its exit code and the end of its log", async () => {
		server = make({ SAVEPOINT_DB_PATH: directory });
		await expect(server.start()).rejects.toMatchObject({
			code: "SERVER_UNREACHABLE",
			message: expect.stringMatching(/exit code 81.*STORAGE_NOT_A_FILE/s),
		});
		expect(readFileSync(join(directory, "log"), "utf8")).toContain("STORAGE_NOT_A_FILE");
	});

	test("a start that takes too long is told", async () => {
		await expect(server.start(1)).rejects.toThrow("did not come up within");
	});

	test("an end that nobody asked for is told", async () => {
		await server.start();
		process.kill(server.pid ?? 0, "SIGKILL");
		await expect(server.unexpectedEnd).rejects.toThrow("ended by SIGKILL");
	});
});

test("a free port lies below those of outgoing connections", async () => {
	const port = await findFreePort();
	expect(port).toBeGreaterThanOrEqual(20_000);
	expect(port).toBeLessThan(30_000);
});
