// Goal: several servers on one PostgreSQL lose nothing when they are killed in turn. Method: the
// crash test itself, short, on a real database server; the same without the version check as a
// control. The long version is `savepoint crashtest --minutes 5 --players 200`.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type CrashOptions, crashTest } from "#src/cli/crashtest/crash-test.js";
import { doctorFindings } from "#src/cli/crashtest/doctor-findings.js";
import { POSTGRES } from "../support/drivers.js";
import { deposit, end, move, OpenStore, spawn } from "../support/open-store.js";
import { runCli, runUntilFound } from "./support/run-cli.js";

let path: string;
beforeEach(() => {
	path = mkdtempSync(join(tmpdir(), "crashtest-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const options = (over: Partial<CrashOptions> = {}): CrashOptions => ({
	cycles: 2,
	directory: path,
	shared: { url: `${inject("postgresUrl")}/postgres`, servers: 2 },
	players: 8,
	uptime: { minMs: 20, maxMs: 1_000 },
	seed: 11,
	keep: false,
	...over,
});

/** Databases of crash tests that are there, whoever made them. */
const databases = async (): Promise<unknown[]> => {
	const place = `${inject("postgresUrl")}/postgres`;
	const rows = await POSTGRES.look(
		place,
		"select datname from pg_database where datname like 'crashtest_%' order by 1",
	);
	return rows.map((row) => row["datname"]);
};

describe("savepoint crashtest on several servers", { timeout: 300_000 }, () => {
	test("[P20, A1, A3, S3] what any of them acknowledged survives kills, once", async () => {
		const before = await databases();
		let verified = 0;
		const report = await crashTest(options(), {
			onVerified: (done) => {
				verified = done;
			},
		});
		expect(report).toMatchObject({
			...{ ok: true, lost: 0, duplicated: 0, drift: 0 },
			...{ findings: [], failure: null, evidence: null },
		});
		expect(report.kills).toBeGreaterThanOrEqual(3);
		expect(report.acknowledged).toBeGreaterThan(20);
		expect(verified).toBeGreaterThan(5);
		expect(readdirSync(path)).toEqual([]);
		expect(await databases()).toEqual(before);
	});

	test("[P20, P4] negative control: without the version check updates are lost", async () => {
		const env = {
			SAVEPOINT_TEST_FAULT: "no-version-check",
			DATABASE_URL: `${inject("postgresUrl")}/postgres`,
		};
		const flags = ["crashtest", "--dir", path, "--cycles", "2", "--players", "6", "--json"];
		flags.push("--min-uptime-ms", "500", "--max-uptime-ms", "1000");
		const { exitCode, stdout, stderr } = await runUntilFound(() => runCli(flags, env));
		expect(exitCode).toBe(1);
		const verdict = JSON.parse(stdout);
		expect(verdict.ok).toBe(false);
		expect(verdict.lost).toBeGreaterThan(0);
		expect(stderr).toMatch(/lost: session \w+.*ledger line \d+: .* was acknowledged/);
		// The evidence is named, and no password with it.
		const shown = /database +(postgres:\S+\/(crashtest_\w+))/.exec(stderr);
		expect(await databases()).toContain(shown?.[2]);
		expect(shown?.[1]).not.toMatch(/:\w+@/);
		await POSTGRES.look(
			`${inject("postgresUrl")}/postgres`,
			`drop database ${shown?.[2]} with (force)`,
		);
	});

	test("wrong usage is told", async () => {
		expect((await runCli(["crashtest", "--servers", "2"], { DATABASE_URL: "" })).exitCode).toBe(2);
		const wrong = await runCli(["crashtest"], { DATABASE_URL: "mysql://secret@here/db" });
		expect(wrong.exitCode).toBe(78);
		expect(wrong.stderr).not.toContain("secret");
	});
});

describe("the look at a shared database", () => {
	async function played(): Promise<string> {
		const a = await OpenStore.open(POSTGRES, POSTGRES.makePlace());
		const b = await OpenStore.open(POSTGRES, a.place);
		for (const [server, other] of [
			[a, b],
			[b, a],
		] as const) {
			const { sessionId } = await server.create();
			await other.play(sessionId, [move("1", spawn("x")), move("2", spawn("y"))]);
			await server.single(sessionId, deposit("x"));
			if (server === b) await other.single(sessionId, end("lost"));
		}
		await Promise.all([a.close(), b.close()]);
		return a.place;
	}
	const kinds = async (place: string) =>
		doctorFindings(await POSTGRES.examine(place)).map(
			({ kind, sentence }) => `${kind} ${sentence}`,
		);

	test("[P20] finds nothing where all is well", async () => {
		expect(await kinds(await played())).toEqual([]);
	});

	test.each([
		["update moves set payload = '[]' where seq = 2", /^drifted doctor: move 2 /],
		["delete from moves where seq = 3 and session_key % 2 = 1", /^drifted doctor: /],
		[
			"update session_stats set lost = lost + 1 where lost = 1",
			/lost is stored as 2 and counted as 1/,
		],
		["update session_stats set latest_activity_at = 5 where started > 0", /latestActivityAt/],
		[
			"delete from sessions where result is not null",
			/rows in \w+ of session key \d+, which does not/,
		],
	])("[P20] finds drift: %s", async (sql, expected) => {
		const place = await played();
		await POSTGRES.tamper(place, sql);
		expect((await kinds(place)).join("\n")).toMatch(new RegExp(expected.source, "m"));
	});
});
