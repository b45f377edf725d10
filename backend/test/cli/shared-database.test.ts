// Goal: `doctor`, `stats` and `migrate` on a database server say what they say of a file, in the
// same words and codes. Method: the real program in processes of its own, on a real PostgreSQL that
// two real servers share.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readMigrations } from "#src/storage/migrate.js";
import { MODULES } from "#src/storage/modules.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { POSTGRES } from "../support/drivers.js";
import { fingerprint } from "../support/postgres/copies.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { runCli, type ServingProcess, serve } from "./support/run-cli.js";

const PATIENCE_MS = 120_000;
const REFERENCE = readFileSync(new URL("../../../docs/reference/cli.md", import.meta.url), "utf8");
const KNOWN = readMigrations(MODULES, POSTGRES.name).length;

let url: string;
beforeEach(async () => {
	url = POSTGRES.makePlace();
	await makeDatabase(url);
});

const run = async (...args: string[]) => {
	const ran = await runCli(args, { DATABASE_URL: url });
	expect(ran.stdout + ran.stderr).not.toContain("savepoint:savepoint@");
	return ran;
};
const shared = (): Promise<ServingProcess> =>
	serve(join(temporaryDirectory(), "none.sqlite"), { DATABASE_URL: url });

async function playOn({ url: server }: ServingProcess, games: number): Promise<void> {
	const post = async (path: string, body: object) => {
		const answer = await fetch(`${server}/api/sessions${path}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
		return (await answer.json()) as { sessionId: string };
	};
	for (let game = 0; game < games; game += 1) {
		const { sessionId } = await post("", {});
		const spawned = { type: "spawn", id: "m", artifactId: "a", x: 100, y: 200 };
		await post(`/${sessionId}/moves`, { moves: [spawned] });
		if (game > 0) await post(`/${sessionId}/end`, { result: "lost" });
	}
}

describe("beside two servers", { timeout: PATIENCE_MS }, () => {
	let servers: ServingProcess[];
	beforeEach(async () => {
		servers = [await shared(), await shared()];
		for (const server of servers) await playOn(server, 3);
		return () => Promise.all(servers.map((server) => server.kill("SIGKILL")));
	});

	it("[P29] stats prints the sums over both, by the names that the server has", async () => {
		const answer = await fetch(`${servers[0]?.url}/api/sessions/stats`);
		const { exitCode, stdout } = await run("stats", "--json");
		expect(exitCode).toBe(0);
		const stats = JSON.parse(stdout);
		expect(stats).toMatchObject((await answer.json()) as object);
		expect(stats).toMatchObject({
			...{ startedCount: 6, activeCount: 2, endedCount: 4, lostCount: 4 },
			files: { database: expect.any(Number), wal: null, shm: null, reserve: null },
			server: { held: true, owner: null, ownerAlive: null },
		});
		const people = await run("stats", "--db", "DATABASE_URL");
		expect(people.stdout).toMatch(/^sessions started +6$/m);
		expect(people.stdout).toMatch(/^servers +\d+ connections?; 2 slots taken so far$/m);
	});

	it("[P24, P27] doctor exits 0 and describes the server; 1 when something is harmed", async () => {
		const { exitCode, stdout, stderr } = await run("doctor", "--json");
		expect([exitCode, stderr]).toEqual([0, ""]);
		const report = JSON.parse(stdout);
		for (const name of Object.keys(report)) expect(REFERENCE).toContain(`\`${name}\``);
		for (const name of Object.keys(report.storage.server))
			expect(REFERENCE).toContain(`\`${name}\``);
		expect(report).toMatchObject({ verdict: "healthy", storage: { kind: "server" } });
		const people = await run("doctor");
		expect(people.stdout).toMatch(/^server +PostgreSQL \d+/m);
		expect(people.stdout).toContain("6 examined (2 active, 4 ended)");
		expect(people.stdout).toMatch(/Healthy: everything that is stored verifies\.\n$/);

		await POSTGRES.tamper(url, "update moves set payload = '[]' where seq = 1");
		const harmed = await run("doctor", "--quick", "--limit", "2");
		expect(harmed.stdout).toMatch(/^ {2}\w+ \(key \d+\): move 1 does not match its hash/m);
		expect(harmed.stdout).toContain("and 4 more; --limit names more of them");
		expect(harmed.stdout).toContain("HARMED: 6 sessions, 0 counters, 0 other faults.");
		expect(harmed.exitCode).toBe(1);
	});

	it("[P29] migrate up finds nothing to do, and takes no slot from them", async () => {
		const slots = () => POSTGRES.look(url, "select slot from session_stats order by slot");
		const before = await slots();
		const up = await run("migrate", "up");
		expect(up.stdout).toContain("is up to date; nothing was pending.");
		expect(up.exitCode).toBe(0);
		expect(await slots()).toEqual(before);
		expect((await run("migrate", "status", "--json")).exitCode).toBe(0);
	});
});

describe("savepoint migrate", { timeout: PATIENCE_MS }, () => {
	it("[P29, M1] status shows what is pending and changes nothing; up applies it", async () => {
		const pending = await run("migrate", "status");
		expect(pending.stdout).toContain(`Pending: ${KNOWN}.`);
		expect(pending.exitCode).toBe(0);
		expect(await fingerprint(url)).toEqual({});
		// Two at once: each migration is applied by one of them.
		const both = await Promise.all([run("migrate", "up", "--json"), run("migrate", "up")]);
		expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
		expect(JSON.parse(both[0]?.stdout ?? "")).toMatchObject({ recovery: null, copy: null });
		const { stdout } = await run("migrate", "--json");
		const status = JSON.parse(stdout);
		expect(status.pending).toBe(0);
		expect(status.migrations).toHaveLength(KNOWN);
		expect(status.migrations[0]).toMatchObject({ version: 1, name: "sessions", checksum: "ok" });
	});

	it("[P29, M2] what does not fit is shown, and refused as a start refuses it", async () => {
		await run("migrate", "up");
		await POSTGRES.tamper(url, "insert into schema_migrations values (999999, 'later', 'x', 1)");
		const { exitCode, stdout, stderr } = await run("migrate", "status");
		expect(stdout).toContain("999999 later  applied 1970-01-01T00:00:00.001Z, checksum missing");
		expect(stderr).toContain("(STORAGE_NEWER_SCHEMA)");
		expect(exitCode).toBe(83);
		expect((await run("migrate", "up")).exitCode).toBe(83);
	});
});

describe("where nothing is", () => {
	it.each(["stats", "doctor", "migrate"])(
		"[P25] %s says so by code, and makes nothing",
		async (verb) => {
			const none = POSTGRES.makePlace();
			const missing = await runCli([verb, "--db", none]);
			expect(missing.stdout + missing.stderr).toContain(
				"There is no database at postgres://savepoint@",
			);
			expect(missing.exitCode).toBe(verb === "doctor" ? 3 : 66);
			const away = await runCli([verb], { DATABASE_URL: "postgres://me:secret@127.0.0.1:1/games" });
			expect(away.stdout + away.stderr).toContain(
				"The database server of postgres://me@127.0.0.1:1/games does not answer:",
			);
			expect(away.stdout + away.stderr).not.toContain("secret");
			expect(away.exitCode).toBe(verb === "doctor" ? 3 : 75);
		},
	);

	it("[P25] an empty database is no storage for stats", async () => {
		const { exitCode, stderr } = await run("stats");
		expect(stderr).toContain("There is no storage in postgres://savepoint@");
		expect(exitCode).toBe(66);
		expect(await fingerprint(url)).toEqual({});
	});
});
