// Goal: the quickstart is true. Method: its shell blocks are run in order, in one shell, as a
// reader would paste them, and what they print is held against what the text around them says.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const QUICKSTART = join(ROOT, "specs/017-persist-session-storage/quickstart.md");
const ALL_BLOCKS_MS = 180_000;

/** Blocks marked `sh container` are the container test's. */
const blocksOf = (markdown: string): string[] =>
	[...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");

const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const server = createServer().on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() =>
				typeof address === "object" && address !== null ? resolve(address.port) : reject(address),
			);
		});
	});

/** One shell for all blocks; what each printed on standard output. */
async function runInOneShell(blocks: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
	const mark = "-- end of block --";
	const script = blocks.map((block) => `${block}\necho; echo "${mark}"\n`).join("");
	const shell = spawn("bash", ["-e"], { cwd: ROOT, env, stdio: ["pipe", "pipe", "pipe"] });
	let output = "";
	let errors = "";
	shell.stdout.on("data", (text) => {
		output += text;
	});
	shell.stderr.on("data", (text) => {
		errors += text;
	});
	shell.stdin.end(script);
	const code = await new Promise((resolve) => shell.on("close", resolve));
	if (code !== 0) throw new Error(`exit code ${code} after:\n${output}\n${errors}`);
	return output.split(`${mark}\n`).slice(0, -1);
}

describe("the quickstart, block by block", () => {
	const data = mkdtempSync(join(tmpdir(), "savepoint-quickstart-"));
	let printed: string[] = [];
	/** What the block that begins with this printed. */
	const block = (text: string): string => {
		const at = blocksOf(readFileSync(QUICKSTART, "utf8")).findIndex((one) => one.startsWith(text));
		return printed[at] ?? "";
	};

	beforeAll(async () => {
		printed = await runInOneShell(blocksOf(readFileSync(QUICKSTART, "utf8")), {
			...process.env,
			PORT: String(await freePort()),
			SAVEPOINT_DB_PATH: join(data, "savepoint.sqlite"),
		});
	}, ALL_BLOCKS_MS);
	afterAll(() => rmSync(data, { recursive: true, force: true }));

	it("[U1] starts to JSON at /health", () => {
		expect(JSON.parse(block("export PORT"))).toMatchObject({ status: "ok" });
	});

	it("[U1] games go on over kill -9, and the statistics agree with what the bots saw", () => {
		const played = JSON.parse(block("npm start")) as Record<string, number>;
		expect(played).toMatchObject({ games: 20, unfinished: 0, disagreements: [] });
		const stats = JSON.parse(block('curl -s "$URL/api/sessions/stats"')) as Record<string, number>;
		expect(stats).toMatchObject({ startedCount: 20, endedCount: 20, activeCount: 0 });
		expect([stats["wonCount"], stats["lostCount"]]).toEqual([played["won"], played["lost"]]);
	});

	it("[J3] doctor finds what is stored healthy beside the live server", () => {
		expect(block("npx savepoint stats")).toMatch(/healthy/i);
	});

	it("[U1] a session survives a restart, and a repeated call counts once", () => {
		const session = JSON.parse(block('curl -s "$URL/api/sessions/$SESSION"\n'));
		expect(session).toMatchObject({ status: "active", seq: 1 });
		expect(session.artifacts).toHaveLength(1);
		expect(block("curl -si")).toMatch(/idempotency-replayed: true/i);
		const log = JSON.parse(block('curl -s "$URL/api/sessions/$SESSION/moves"'));
		expect(log.moves).toHaveLength(1);
	});

	it("[U1] crashtest finds nothing lost", () => {
		expect(block("npx savepoint crashtest")).toMatch(
			/acknowledged \d+ · lost 0 · duplicated 0 · drift 0/,
		);
	});
});
