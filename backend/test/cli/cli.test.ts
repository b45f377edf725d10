// Goal: the command line keeps what its reference says. Method: the real program in processes of
// its own, on databases that the real storage made, beside a real server and after its kill.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { copyGames, type StoredGames, storeGames, tamper } from "../support/stored-games.js";
import { PROGRAM, runCli, type ServingProcess, serve } from "./support/run-cli.js";

const VERBS = [
	"serve",
	"doctor",
	"stats",
	"migrate",
	"backup",
	"backups",
	"restore",
	"move",
	"export",
	"import",
	"play",
	"seed",
	"crashtest",
];
const REFERENCE = readFileSync(new URL("../../../docs/reference/cli.md", import.meta.url), "utf8");

let healthy: StoredGames;
let games: StoredGames;
beforeAll(async () => {
	healthy = await storeGames(8);
});
afterAll(() => healthy.remove());
beforeEach(async () => {
	games = await copyGames(healthy);
});
afterEach(() => games.remove());

describe("every verb", () => {
	it.each(VERBS)("[J1] %s explains itself, with its exit codes", async (verb) => {
		const { exitCode, stdout } = await runCli([verb, "--help"]);
		expect(exitCode).toBe(0);
		expect(stdout).toContain("Exit codes: 0 ");
		expect(stdout).toContain("2 wrong usage");
	});

	it("[J1] the program lists all of them, and they are in the reference", async () => {
		const { stdout } = await runCli(["--help"]);
		for (const verb of VERBS) {
			expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
			expect(REFERENCE).toMatch(new RegExp(`^\\| .${verb}`, "m"));
		}
	});

	it("[J1] prints its version", async () => {
		expect((await runCli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
	});

	it.each([
		[["doctr"], "Did you mean doctor?"],
		[["stats", "--jsn"], "Did you mean --json?"],
		[["migrate", "down"], "Allowed choices are status, up."],
		[["doctor", "--limit", "many"], "--limit"],
		[["stats", "--db", ""], "--db"],
		[["serve", "now"], "serve"],
		[[], "savepoint"],
	])("[J1] wrong usage %j exits 2 and says what was meant", async (args, hint) => {
		const { exitCode, stdout, stderr } = await runCli(args);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(hint);
		expect(stderr).toContain("(USAGE)");
		expect(stdout).toBe("");
	});

	it("[J1] wrong usage is told to programs as an object", async () => {
		const { exitCode, stdout, stderr } = await runCli(["stats", "--json", "--x"]);
		expect(exitCode).toBe(2);
		expect(JSON.parse(stdout)).toEqual({ error: expect.stringContaining("--x"), code: "USAGE" });
		expect(stderr).toBe("");
	});

	it("[J1] the reference lists every exit code of the catalogue, and no other", () => {
		const listed = [...REFERENCE.matchAll(/^\| (\d+) \| `([A-Z_]+)` \|/gm)].map(
			([, exit, code]) => `${code} ${exit}`,
		);
		const known = Object.entries(ERRORS).flatMap(([code, { exitCode }]) =>
			exitCode === null ? [] : [`${code} ${exitCode}`],
		);
		expect(listed.sort()).toEqual(known.sort());
	});

	it("[J1] a reader that leaves early is no failure", async () => {
		const child = spawn("sh", [
			"-c",
			`"${process.execPath}" "${PROGRAM}" doctor --db "${games.database}" | true; echo done`,
		]);
		let said = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk) => {
				said += chunk;
			});
		await new Promise((resolve) => child.on("close", resolve));
		expect(said).toBe("done\n");
	});
});

describe("savepoint doctor", () => {
	it("[J3] exits 0 when all is well", async () => {
		const { exitCode, stdout } = await runCli(["doctor", "--db", games.database]);
		expect(stdout).toContain("8 examined (2 active, 6 ended), 70 moves, 24 artifacts");
		expect(stdout).toMatch(/Healthy: everything that is stored verifies\.\n$/);
		expect(exitCode).toBe(0);
	});

	it("[J3] exits 1 when a session is harmed, and names it", async () => {
		tamper(games.database, "update moves set payload = '[]' where session_key = 2 and seq = 3");
		const { exitCode, stdout } = await runCli(["doctor"], { SAVEPOINT_DB_PATH: games.database });
		expect(stdout).toContain(
			`${games.sessionIds[1]} (key 2): move 3 does not match its hash; the first bad move is 3`,
		);
		expect(stdout).toContain("HARMED: 1 session, 0 counters, 0 other faults.");
		expect(exitCode).toBe(1);
	});

	it("[J3] exits 3 when there is nothing to read", async () => {
		await writeFile(games.database, "hello");
		const { exitCode, stdout } = await runCli(["doctor", "--db", games.database, "--json"]);
		expect(JSON.parse(stdout)).toMatchObject({
			verdict: "unreadable",
			unreadable: { code: "STORAGE_CORRUPT" },
		});
		expect(exitCode).toBe(3);
	});

	it("[J3] --json prints the whole report and nothing else", async () => {
		const { stdout, stderr } = await runCli(["doctor", "--db", games.database, "--json"]);
		expect(stderr).toBe("");
		const report = JSON.parse(stdout);
		for (const name of Object.keys(report)) expect(REFERENCE).toContain(`\`${name}\``);
		expect(report).toMatchObject({ verdict: "healthy", drift: [], quick: false });
	});
});

describe("savepoint stats", () => {
	it("[J2] prints the counters of a database that was shut down, and leaves no trace", async () => {
		const before = readdirSync(games.directory);
		const { exitCode, stdout } = await runCli(["stats", "--db", games.database, "--json"]);
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({
			activeCount: 2,
			startedCount: 8,
			endedCount: 6,
			staleEndedCount: 0,
			abandonedCount: 2,
			server: { held: false },
		});
		expect(readdirSync(games.directory)).toEqual(before);
	});

	it.each(["stats", "migrate", "doctor"])(
		"[J2] %s makes nothing where nothing is",
		async (verb) => {
			const path = join(games.directory, "none", "nothing.sqlite");
			const { exitCode, stdout, stderr } = await runCli([verb, "--db", path]);
			expect(stdout + stderr).toContain(`There is no database at ${path}.`);
			expect(exitCode).toBe(verb === "doctor" ? 3 : 66);
			expect(existsSync(join(games.directory, "none"))).toBe(false);
		},
	);
});

describe("savepoint migrate", () => {
	it("[M1] up makes the schema, once; status shows it", async () => {
		const path = join(games.directory, "new", "game.sqlite");
		const first = await runCli(["migrate", "up", "--db", path]);
		expect(first.stdout).toContain("applied 000001 sessions");
		expect(first.exitCode).toBe(0);
		const again = await runCli(["migrate", "up", "--db", path]);
		expect(again.stdout).toContain("nothing was pending");
		const { stdout } = await runCli(["migrate", "--db", path, "--json"]);
		expect(JSON.parse(stdout)).toMatchObject({
			pending: 0,
			migrations: expect.arrayContaining([
				expect.objectContaining({ version: 1, name: "sessions", checksum: "ok" }),
				expect.objectContaining({ version: 2, name: "high-scores", checksum: "ok" }),
			]),
		});
	});

	it("[M2] status shows what does not fit and exits as a start would", async () => {
		tamper(games.database, "insert into schema_migrations values (999999, 'later', 'x', 1)");
		const { exitCode, stdout, stderr } = await runCli([
			"migrate",
			"status",
			"--db",
			games.database,
		]);
		expect(stdout).toContain("999999 later  applied 1970-01-01T00:00:00.001Z, checksum missing");
		expect(stderr).toContain("(STORAGE_NEWER_SCHEMA)");
		expect(exitCode).toBe(83);
	});
});

describe("beside a server that is played on", () => {
	let server: ServingProcess;
	let playing: Promise<number>;
	let stopPlaying: () => void;
	beforeEach(async () => {
		server = await serve(games.database);
		let isOver = false;
		stopPlaying = () => {
			isOver = true;
		};
		await new Promise<void>((resolve) => {
			playing = playOn(server.url, resolve, () => isOver);
		});
	});
	afterEach(async () => {
		stopPlaying();
		await server.kill("SIGKILL");
	});

	it("[J3, G4] doctor finds everything healthy and names who serves", async () => {
		for (let round = 0; round < 3; round += 1) {
			const { exitCode, stdout } = await runCli(["doctor", "--db", games.database, "--json"]);
			const report = JSON.parse(stdout);
			expect(report).toMatchObject({ verdict: "healthy", drift: [], damage: [] });
			expect(report.storage.lock).toMatchObject({
				held: true,
				owner: { pid: server.child.pid, what: "serve" },
				ownerAlive: true,
			});
			expect(exitCode).toBe(0);
		}
		stopPlaying();
		expect(await playing).toBeGreaterThan(0);
	});

	it("[J2, G5] stats agrees with the server; migrate up is refused by name", async () => {
		stopPlaying();
		await playing;
		const answer = await fetch(`${server.url}/api/sessions/stats`);
		const { stdout } = await runCli(["stats", "--db", games.database, "--json"]);
		expect(JSON.parse(stdout)).toMatchObject((await answer.json()) as object);
		const status = await runCli(["migrate", "--db", games.database]);
		expect(status.exitCode).toBe(0);
		const up = await runCli(["migrate", "up", "--db", games.database]);
		expect(up.stderr).toContain(`in use by process ${server.child.pid} (serve`);
		expect(up.exitCode).toBe(80);
	});

	it("[J3] after its kill, doctor verifies what was acknowledged and changes nothing", async () => {
		await server.kill("SIGKILL");
		const started = await playing;
		const bytes = () =>
			["", "-wal", ".instance"].map((suffix) => readFileSync(games.database + suffix, "base64"));
		const before = bytes();
		const { stdout } = await runCli(["doctor", "--db", games.database, "--json"]);
		const report = JSON.parse(stdout);
		expect(report).toMatchObject({ verdict: "healthy", storage: { wal: { kind: "sound" } } });
		expect(report.sessions.examined).toBeGreaterThanOrEqual(8 + started);
		expect(report.storage.lock).toMatchObject({ held: false, ownerAlive: false });
		expect(bytes()).toEqual(before);
	});

	it("[J1] serve stops in order on SIGTERM", async () => {
		stopPlaying();
		await playing;
		await server.kill("SIGTERM");
		expect(server.child.exitCode).toBe(0);
		expect(existsSync(`${games.database}-wal`)).toBe(false);
	});
});

/**
 * Calls one after the other, until it is over or the server is gone. Resolves to the sessions
 * started.
 */
async function playOn(url: string, onGame: () => void, isOver: () => boolean): Promise<number> {
	const post = async (path: string, body: object) => {
		const answer = await fetch(`${url}/api/sessions${path}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
		return (await answer.json()) as { sessionId: string };
	};
	let started = 0;
	try {
		while (!isOver()) {
			const { sessionId } = await post("", {});
			started += 1;
			for (let at = 0; at < 20; at += 1)
				await post(`/${sessionId}/moves`, {
					moves: [{ type: "spawn", id: `m${at}`, artifactId: `a${at}`, x: 100 + at, y: 200 }],
				});
			await post(`/${sessionId}/end`, { result: "lost" });
			onGame();
		}
	} catch (error) {
		// fetch says TypeError when the server is gone.
		if (!(error instanceof TypeError)) throw error;
	}
	return started;
}
