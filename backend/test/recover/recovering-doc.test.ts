// Goal: what docs/operating/recovering.md tells an operator to type does what it says. Method: its
// shell blocks are run in order on a database that was recovered and holds a session that does not
// verify, and what they print is held against the text.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { writeMarker } from "#src/storage/sqlite-quarantine.js";
import { openTestStorage } from "../support/storage.js";
import { type StoredGames, storeGames, tamper } from "../support/stored-games.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DOCUMENT = `${ROOT}docs/operating/recovering.md`;

const blocks = [...readFileSync(DOCUMENT, "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
	([, block]) => block ?? "",
);

function run(script: string, database: string): Promise<string> {
	const shell = spawn("bash", ["-e"], {
		cwd: ROOT,
		env: { ...process.env, DB: database },
		stdio: ["pipe", "pipe", "inherit"],
	});
	let printed = "";
	shell.stdout.on("data", (text) => {
		printed += text;
	});
	shell.stdin.end(script);
	return new Promise((resolve, reject) =>
		shell.on("close", (code) =>
			code === 0 ? resolve(printed) : reject(new Error(`exit code ${code}: ${printed}`)),
		),
	);
}

describe("docs/operating/recovering.md, block by block", { timeout: 120_000 }, () => {
	let games: StoredGames;
	const printed: string[] = [];

	beforeAll(async () => {
		games = await storeGames(4);
		writeMarker(databasePaths(games.database), "A page was found damaged.");
		await (await openTestStorage(games.database)).close();
		for (const [at, block] of blocks.entries()) {
			if (at === 2) tamper(games.database, "update sessions set score = 99 where session_key = 2");
			printed.push(await run(block, games.database));
		}
	}, 240_000);
	afterAll(() => games.remove());

	it("[B2] doctor finds what came back healthy, and the report can be read", () => {
		expect(printed[0]).toMatch(/healthy/i);
		expect(printed[1]).toMatch(
			/WHAT CAME BACK[\s\S]*sessions +4\n[\s\S]*Nothing is known to be lost/,
		);
	});

	it("[B5] repair says what it would do, and does it", () => {
		expect(printed[2]).toMatch(/1 session to repair:\n.*session 2 +rebuilt, nothing lost/);
		expect(printed[3]).toMatch(/session 2 +rebuilt, nothing lost/);
		expect(printed[4]).toMatch(/everything verifies[\s\S]*healthy/i);
	});
});
