import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CrashOptions, crashTest } from "#src/cli/crashtest/crash-test.js";
import { runUntilFound, type Started, startCli } from "./support/run-cli.js";

let path: string;
beforeEach(() => {
	path = mkdtempSync(join(tmpdir(), "crashtest-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const options = (over: Partial<CrashOptions> = {}): CrashOptions => ({
	cycles: 6,
	directory: path,
	players: 12,
	uptime: { minMs: 20, maxMs: 250 },
	seed: 7,
	keep: false,
	...over,
});

const run = (flags: readonly string[], env: Record<string, string> = {}): Started =>
	startCli(["crashtest", "--dir", path, ...flags], env);

describe("savepoint crashtest", { timeout: 180_000 }, () => {
	test("[A1, A3, S3] what was acknowledged survives kills, once", async () => {
		let verified = 0;
		const report = await crashTest(options(), {
			onVerified: (done) => {
				verified = done;
			},
		});
		expect(report).toMatchObject({
			...{ ok: true, lost: 0, duplicated: 0, drift: 0 },
			...{ kills: 7, findings: [], failure: null, evidence: null },
		});
		expect(report.acknowledged).toBeGreaterThan(20);
		expect(verified).toBeGreaterThan(5);
		expect(readdirSync(path)).toEqual([]);
	});

	test("[A1] negative control: answers before the commit are found out", async () => {
		const env = { SAVEPOINT_TEST_FAULT: "answer-before-commit" };
		const control = () => run(["--cycles", "5", "--json"], env).ended;
		const { exitCode, stdout, stderr } = await runUntilFound(control);
		const verdict = JSON.parse(stdout);
		expect(Object.keys(verdict).sort()).toEqual(
			["acknowledged", "drift", "duplicated", "lost", "ok"].sort(),
		);
		expect(verdict.ok).toBe(false);
		expect(verdict.lost).toBeGreaterThan(0);
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/lost: session \w+.*ledger line \d+: .* was acknowledged/);
		for (const file of readdirSync(path)) expect(stderr + file).toContain("crashtest.");
		expect(existsSync(join(path, "crashtest.ledger"))).toBe(true);
		expect(existsSync(join(path, "crashtest.sqlite"))).toBe(true);
		// The evidence is not written over.
		expect((await run(["--cycles", "1"]).ended).exitCode).toBe(82);
	});

	test("[A1] prints the verdict as its last line", async () => {
		const { exitCode, stdout } = await run(["--cycles", "1", "--keep", "--seed", "3"]).ended;
		expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
			/^acknowledged \d+ · lost 0 · duplicated 0 · drift 0$/,
		);
		expect(stdout).toContain(join(path, "crashtest.ledger"));
		expect(exitCode).toBe(0);
	});

	test("a server that does not come back is a failure, with the end of its log", async () => {
		const env = { SAVEPOINT_TEST_FAULT: "no such fault" };
		const { exitCode, stdout } = await run(["--cycles", "2"], env).ended;
		expect(stdout).toContain("CONFIG_INVALID");
		expect(exitCode).toBe(1);
	});

	test("an interrupt ends every process, and the next test clears up", async () => {
		const { child, ended } = run(["--cycles", "1000"]);
		await Promise.race([once(child.stdout, "data"), ended]);
		child.kill("SIGINT");
		expect((await ended).exitCode).toBe(130);
		const report = await crashTest(options({ cycles: 1 }), {});
		expect(report).toMatchObject({ ok: true });
	});

	test("wrong usage is told", async () => {
		const flags = ["--min-uptime-ms", "5", "--max-uptime-ms", "4"];
		expect((await run(flags).ended).exitCode).toBe(2);
	});
});
