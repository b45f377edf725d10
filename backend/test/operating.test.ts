// Goal: what the pages for operators say is true. Method: the shell blocks of each page are run in
// order, in one shell, beside a real server with a session of its own, and what they print is held
// against what the text around them says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { POSTGRES } from "./support/drivers.js";
import { makeDatabase } from "./support/postgres/kit.js";
import { freePort, runDocument } from "./support/quickstart.js";

const PAGE_MS = 180_000;

/** A new database of the PostgreSQL that the tests have. */
async function emptyDatabase(): Promise<string> {
	const url = POSTGRES.makePlace();
	await makeDatabase(url);
	return url;
}

describe("the pages for operators", () => {
	let data: string;
	beforeEach(() => {
		data = mkdtempSync(join(tmpdir(), "savepoint-operating-"));
	});
	afterEach(() => rmSync(data, { recursive: true, force: true }));

	/** A server with a session that has one artifact, which the last backup holds. */
	const start = (port: number) => `
		set -e
		env -u DATABASE_URL node backend/bin/savepoint.js serve > "${data}/out" 2>&1 & SERVER=$!
		trap 'kill -9 $SERVER 2>/dev/null || true' EXIT
		URL=http://127.0.0.1:${port}
		until curl -sf $URL/health > /dev/null; do sleep 0.1; done
		SESSION=$(curl -s -X POST $URL/api/sessions | sed 's/.*"sessionId":"\\([^"]*\\)".*/\\1/')
		LOG="${data}/out"
		spawn() { curl -sf -X POST "$URL/api/sessions/$SESSION/spawn" \\
			-H 'content-type: application/json' -d '{"x":10,"y":20}' > /dev/null; }
		spawn
	`;
	const run = async (page: string, before: string, env: NodeJS.ProcessEnv = {}) => {
		const port = await freePort();
		return runDocument(`docs/operating/${page}`, "sh", {
			env: {
				...process.env,
				PORT: String(port),
				SAVEPOINT_DB_PATH: join(data, "savepoint.sqlite"),
				SAVEPOINT_BACKUP_DIR: join(data, "backups"),
				// What is listed is what the page has made.
				SAVEPOINT_BACKUP_EVERY_MINUTES: "0",
				LOG_LEVEL: "warn",
				...env,
			},
			before: start(port) + before,
		});
	};

	it(
		"[J4] backing up",
		async () => {
			const block = await run("backing-up.md", "");
			expect(block("npx savepoint backup\n")).toMatch(/-manual {2}1 session, 1 move, .* proven /);
			expect(block("npx savepoint backup --to")).toContain("in /tmp/savepoint-elsewhere/");
			expect(block("npx savepoint backups\n").match(/proven/g)).toHaveLength(1);
			expect(block("npx savepoint backups prove")).toMatch(/-manual .* proven /);
			const { backups } = JSON.parse(block("npx savepoint backups --json"));
			expect(backups).toMatchObject([{ proven: true, sessions: 1, moves: 1 }]);
			rmSync("/tmp/savepoint-elsewhere", { recursive: true, force: true });
		},
		PAGE_MS,
	);

	it(
		"[J4] scaling: moving",
		async () => {
			const block = await run("scaling.md", "", { DATABASE_URL: await emptyDatabase() });
			const preview = block("npx savepoint move --to DATABASE_URL --dry-run");
			expect(preview).toMatch(/a server uses[\s\S]*sessions +1\n[\s\S]*Nothing was changed/);
			const moved = /proof: 1 session, 1 move, .* counters: equal/;
			const there = block("npx savepoint move --to DATABASE_URL\n");
			expect(there).toMatch(moved);
			expect(there).not.toContain("savepoint:savepoint");
			expect(block("npx savepoint move --to DATABASE_URL --prove")).toMatch(moved);
			const looked = block("npx savepoint doctor --db DATABASE_URL");
			expect(looked).toMatch(/^server +PostgreSQL[\s\S]*1 examined[\s\S]*^Healthy:/m);
			expect(looked).toMatch(/^sessions started +1$[\s\S]*Nothing is pending\./m);
			expect(block("npx savepoint move --from DATABASE_URL")).toMatch(moved);
			expect(block("npx savepoint export")).toContain("proof: 1 session, 1 move: equal");
			for (const end of [".ndjson", ".sqlite", ".sqlite.instance"])
				rmSync(`/tmp/savepoint-elsewhere${end}`, { force: true });
		},
		PAGE_MS,
	);

	it(
		"[J4] restoring",
		async () => {
			const block = await run("restoring.md", "npx savepoint backup > /dev/null; spawn; spawn\n");
			const shown = block('npx savepoint restore latest --session "$SESSION"\n');
			expect(shown).toMatch(/log ends at move +3 → 1/);
			expect(shown).toContain("Nothing was changed.");
			expect(block('npx savepoint restore latest --session "$SESSION" --yes')).toContain(
				"Restored: entry 4 of its log; the session is active",
			);
			expect(block("npx savepoint restore --session")).toContain("Undone: entry 5 of its log");
			const whole = block("npx savepoint restore latest --force");
			expect(whole).toMatch(/1 session, 1 move.[\s\S]*generation 2[\s\S]*kept in .*before-restore/);
			expect(block("npx savepoint doctor")).toContain("Healthy");
		},
		PAGE_MS,
	);

	it(
		"[J4] deploying",
		async () => {
			const block = await run("deploying.md", "");
			expect(block("printf")).toMatch(/^scrypt:32768:8:3:[\w-]+:[\w-]+\n/);
			const health = JSON.parse(block("curl -fsS"));
			expect(health).toMatchObject({ status: "ok", storage: { warnings: expect.any(Array) } });
			expect(block("npx savepoint play")).toMatch(/games played +3 [\s\S]*agree on every game/);
			expect(block("npx savepoint crashtest")).toMatch(/lost 0 · duplicated 0 · drift 0/);
		},
		PAGE_MS,
	);

	it(
		"[J4] upgrading, and going back",
		async () => {
			const block = await run("upgrading.md", "");
			expect(block("npx savepoint migrate status")).toMatch(/applied.*\bok\b/);
			expect(block("npx savepoint backup --to")).toMatch(/1 session, 1 move, .* proven /);
			expect(block("npx savepoint migrate up")).toMatch(/nothing was pending[\s\S]*Healthy/);
			expect(JSON.parse(block("node backend/bin"))).toMatchObject({
				status: "ok",
				version: expect.any(String),
			});
			const back = block("kill -TERM", 1);
			expect(back).toMatch(/1 session, 1 move[\s\S]*generation 2[\s\S]*before-restore/);
			expect(back).toContain("Healthy");
			rmSync("/tmp/savepoint-before-upgrade", { recursive: true, force: true });
		},
		PAGE_MS,
	);

	it(
		"[J4] monitoring",
		async () => {
			const makeBackup = "npx savepoint backup > /dev/null\n";
			const block = await run("monitoring.md", makeBackup, { LOG_LEVEL: "debug" });
			expect(block('curl -fsS "$URL/health/live"')).toMatch(/^\{"status":"ok"\}\{"status":"ok",/);
			expect(block('curl -fsS "$URL/metrics"')).toMatch(/^savepoint_storage_trouble.* 0\n/);
			expect(block("grep")).not.toMatch(/"level":[56]0/);
			expect(JSON.parse(block("ID="))).toMatchObject({
				route: "/api/sessions/stats",
				status: 200,
				msg: "answered",
			});
			expect(block("npx savepoint doctor")).toMatch(/Healthy[\s\S]*proven/);
		},
		PAGE_MS,
	);
});
