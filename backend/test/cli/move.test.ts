// Goal: `move`, `export` and `import` say what they do in words and codes, and never a password.
// Method: the real program in processes of its own, between a file and a real PostgreSQL.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { POSTGRES } from "../support/drivers.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { copyGames, type StoredGames, storeGames, tamper } from "../support/stored-games.js";
import { PROGRAM, runCli, serve } from "./support/run-cli.js";

const PATIENCE_MS = 120_000;
const PASSWORD = "savepoint:savepoint@";

let stored: StoredGames;
let games: StoredGames;
let databaseUrl: string;
beforeAll(async () => {
	stored = await storeGames(8);
});
afterAll(() => stored.remove());
beforeEach(async () => {
	games = await copyGames(stored);
	databaseUrl = POSTGRES.makePlace();
	await makeDatabase(databaseUrl);
	return () => games.remove();
});

const move = async (...args: string[]) => {
	const ran = await runCli(["move", ...args], {
		SAVEPOINT_DB_PATH: games.database,
		DATABASE_URL: databaseUrl,
	});
	expect(ran.stdout + ran.stderr).not.toContain(PASSWORD);
	return ran;
};

describe("savepoint move", { timeout: PATIENCE_MS }, () => {
	it.each([
		[[], "Name where it goes"],
		[["--to", "mysql://root:pw@h/d"], "takes the path of a database file"],
		[["--to", ""], "takes the path of a database file"],
		[["--from", "a.sqlite", "--to", "./a.sqlite"], "the same place"],
	])("[J1] wrong usage %j exits 2 and says so", async (args, sentence) => {
		const { exitCode, stderr } = await move(...args);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(sentence);
		expect(stderr).not.toContain("root:pw");
	});

	it("[L1] prints its proof and exits 0; the source says 79 from then on", async () => {
		const first = await move("--to", databaseUrl);
		expect(first.stdout).toMatch(/proof: 8 sessions, 70 moves, .* counters: equal/);
		expect(first.stderr).toContain("copying sessions\n");
		expect(first.exitCode).toBe(0);
		expect((await move("--to", databaseUrl)).exitCode).toBe(79);
		const served = await runCli(["serve"], { PORT: "0", SAVEPOINT_DB_PATH: games.database });
		expect(served.exitCode).toBe(79);
		expect(served.stderr).toContain("was moved to postgres://savepoint@");
		expect(served.stderr).not.toContain(PASSWORD);
	});

	it("[L1] --prove exits 68 for one changed byte and names it", async () => {
		await move("--to", databaseUrl);
		expect((await move("--to", databaseUrl, "--prove", "--json")).exitCode).toBe(0);
		tamper(games.database, "update moves set payload = '[]' where seq = 2 and session_key = 4");
		const { exitCode, stdout } = await move("--to", databaseUrl, "--prove", "--json");
		expect(exitCode).toBe(68);
		expect(JSON.parse(stdout)).toMatchObject({
			code: "MOVE_DIFFERS",
			error: expect.stringMatching(/moves 4, 2 is not the same in both/),
		});
	});

	it("[L6] the old place serves again by --reopen, as of the move, once", async () => {
		await move("--to", databaseUrl);
		const { exitCode, stdout } = await move("--reopen", games.database, "--json");
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ place: games.database, generation: 2 });
		const server = await serve(games.database);
		expect((await (await fetch(`${server.url}/health`)).json()).status).toBe("ok");
		await server.kill("SIGTERM");
		const examined = await runCli(["doctor", "--db", games.database, "--json"]);
		expect(JSON.parse(examined.stdout)).toMatchObject({
			verdict: "healthy",
			sessions: { examined: 8, moves: 70 },
		});
		// Nothing is taken back twice, and nothing that was never given away.
		const again = await move("--reopen", games.database);
		expect(again.exitCode).toBe(76);
		expect(again.stderr).toContain("was not moved anywhere");
		expect((await move("--reopen", games.database, "--prove")).exitCode).toBe(2);
	});

	it("[L4] a target that cannot be reached exits 75, and nothing has changed", async () => {
		const { exitCode, stderr } = await move("--to", "postgres://savepoint:pw@127.0.0.1:1/d");
		expect(exitCode).toBe(75);
		expect(stderr).not.toContain(":pw@");
		expect((await move("--to", databaseUrl, "--dry-run")).exitCode).toBe(0);
	});
});

describe("savepoint export and import", { timeout: PATIENCE_MS }, () => {
	it("[L5] through a pipe, from one engine to the other", async () => {
		const script = `"$0" "$1" export --db "${games.database}" --to - |
			"$0" "$1" import --from - --db DATABASE_URL`;
		const child = spawn("sh", ["-c", script, process.execPath, PROGRAM], {
			env: { PATH: process.env["PATH"], DATABASE_URL: databaseUrl },
		});
		let said = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk) => {
				said += chunk;
			});
		const exitCode = await new Promise((resolve) => child.on("close", resolve));
		expect(said).toContain("Exported 8 sessions, 70 moves");
		expect(said).toContain("proof: 8 sessions, 70 moves: equal to the file. It is generation 2");
		expect(exitCode).toBe(0);
	});

	it("[L5] a file is whole or not there, and is never overwritten", async () => {
		const file = join(games.directory, "out.ndjson");
		const args = ["export", "--db", games.database, "--to", file];
		expect((await runCli(args)).exitCode).toBe(0);
		expect(existsSync(`${file}.part`)).toBe(false);
		const again = await runCli(args);
		expect(again.exitCode).toBe(2);
		expect(again.stderr).toContain("is there already");
		const none = await runCli(["import", "--from", `${file}.none`, "--db", `${file}.sqlite`]);
		expect(none.exitCode).toBe(2);
		expect(existsSync(`${file}.sqlite`)).toBe(false);
	});
});
