import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeServer } from "../../../client/test/support/fake-server.js";

/** The verb alone, in a process of its own, so that exit code and output are the real ones. */
const VERB = `
import { Command } from "commander";
import { addPlayCommand } from "#src/cli/play.js";
const program = new Command();
addPlayCommand(program);
await program.parseAsync(process.argv, { from: "node" });
`;

interface Ran {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function run(...flags: readonly string[]): Promise<Ran> {
	const child = spawn(
		process.execPath,
		["--input-type=module", "-e", VERB, "savepoint", "play", ...flags],
		{ cwd: new URL("../..", import.meta.url) },
	);
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	return new Promise((resolve) => {
		child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
	});
}

let server: FakeServer;
beforeEach(async () => {
	server = new FakeServer();
	await server.start();
});
afterEach(() => server.stop());

describe("savepoint play", () => {
	test("[V4] prints a line a game and a summary, and exits 0 when all agree", async () => {
		const { exitCode, stdout } = await run("--games", "2", "--speed", "200", "--url", server.url);
		expect(stdout).toMatch(/^game \d of 2: (won|lost), \d+ moves saved$/m);
		expect(stdout).toContain("Server and bots agree on every game.");
		expect(exitCode).toBe(0);
	});

	test("[V4] --json prints one object with what was seen", async () => {
		const { exitCode, stdout } = await run(
			...["--games", "2", "--speed", "200", "--seconds", "10", "--url", server.url, "--json"],
		);
		expect(JSON.parse(stdout)).toMatchObject({ ok: true, games: 2, disagreements: [] });
		expect(exitCode).toBe(0);
	});

	test("[V4] a disagreement is printed and exits 1", async () => {
		server.faults.push("none");
		const started = run("--games", "1", "--speed", "20", "--url", server.url);
		const intrude = setInterval(() => {
			const session = server.sessions.get("session-1");
			if (session === undefined) return;
			clearInterval(intrude);
			session.take([{ type: "spawn", id: "x", artifactId: "x", x: 1, y: 1 }]);
		}, 5);
		const { exitCode, stdout } = await started;
		expect(stdout).toContain("disagreement: session session-1:");
		expect(exitCode).toBe(1);
	});

	test.each([
		["--games", "0"],
		["--speed", "-1"],
		["--seconds", "9"],
		["--url", "nowhere"],
	])("[V4] refuses %s %s as usage, before anything is played", async (flag, value) => {
		const { exitCode, stderr } = await run(flag, value);
		expect(stderr).toContain(flag);
		expect(exitCode).not.toBe(0);
		expect(server.sessions.size).toBe(0);
	});
});
