// Goal: an operator on this machine can ask the server, and nobody else. Method: a real socket,
// asked by the real client and by hand.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askServer } from "#src/control/control-client.js";
import { ControlServer } from "#src/control/control-server.js";
import { findSocketPath } from "#src/control/socket-path.js";
import { SavepointError } from "#src/errors.js";
import { SILENT, testDirectory } from "../support/storage.js";

describe("the local socket", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let server: ControlServer | null = null;
	beforeEach(async () => {
		directory = await testDirectory();
	});
	afterEach(async () => {
		await server?.close();
		server = null;
		await directory.remove();
	});

	async function listen(database: string): Promise<string> {
		server = new ControlServer({
			database,
			log: SILENT,
			verbs: {
				count: async (args, tell) => {
					for (let done = 1; done <= 3; done += 1) tell({ step: "count", done, total: 3 });
					return { args };
				},
				refuse: async () => {
					throw new SavepointError("RESTORE_REFUSED", "No.");
				},
				break: async () => {
					throw new Error("a secret of the program");
				},
			},
		});
		await server.listen();
		return findSocketPath(database);
	}
	const byHand = (path: string, line: string): Promise<string> =>
		new Promise((resolve, reject) => {
			let said = "";
			createConnection(path)
				.on("data", (chunk) => {
					said += chunk;
				})
				.on("close", () => resolve(said))
				.on("error", reject)
				.end(line);
		});

	it("[G5] takes a verb, tells its progress and gives back what came of it", async () => {
		const database = join(directory.path, "game.sqlite");
		const path = await listen(database);
		expect(path).toBe(`${database}.sock`);
		expect(statSync(path).mode & 0o777).toBe(0o600);
		const told: number[] = [];
		const answer = await askServer(database, { verb: "count", args: { a: 1 } }, ({ done }) =>
			told.push(done),
		);
		expect(answer).toEqual({ args: { a: 1 } });
		expect(told).toEqual([1, 2, 3]);
	});

	it("[G5] gives an error its code, and a mistake of the program no words", async () => {
		const database = join(directory.path, "game.sqlite");
		await listen(database);
		const ask = (verb: string) => askServer(database, { verb, args: null }, () => undefined);
		await expect(ask("refuse")).rejects.toMatchObject({ code: "RESTORE_REFUSED", message: "No." });
		await expect(ask("break")).rejects.toMatchObject({
			code: "INTERNAL",
			message: expect.not.stringContaining("secret"),
		});
		await expect(ask("constructor")).rejects.toMatchObject({ code: "BAD_REQUEST" });
	});

	it("[G5] refuses what is no request of its version, and lives on", async () => {
		const path = await listen(join(directory.path, "game.sqlite"));
		for (const line of ["\n", "no JSON\n", '{"version":2,"verb":"count"}\n', "x".repeat(70_000)])
			expect(await byHand(path, line)).toContain("BAD_REQUEST");
		expect(await byHand(path, '{"version":1,"verb":"count"}\n')).toContain('"done"');
	});

	it("[G5] where its path would be too long, it is elsewhere, for nobody else", async () => {
		const deep = join(directory.path, "d".repeat(90));
		mkdirSync(deep);
		const database = join(deep, "game.sqlite");
		const path = await listen(database);
		expect(path.length).toBeLessThan(108);
		expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
		expect(await askServer(database, { verb: "count", args: 1 }, () => undefined)).toEqual({
			args: 1,
		});
		await server?.close();
		server = null;
		expect(existsSync(join(path, ".."))).toBe(false);
		expect(existsSync(`${database}.sock.path`)).toBe(false);
	});

	it("[G5] a server that is not there is said to be unreachable", async () => {
		const database = join(directory.path, "game.sqlite");
		await expect(
			askServer(database, { verb: "count", args: null }, () => undefined),
		).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
	});
});
