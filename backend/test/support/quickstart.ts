import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const QUICKSTART = "specs/017-persist-session-storage/quickstart.md";
const MARK = "-- end of block --";

/**
 * Blocks marked `sh` need only this machine; `sh container` a container engine, `sh systemd` a
 * machine whose services may be changed.
 */
export type Place = "sh" | "sh container" | "sh systemd";

export const blocksOf = (document: string, place: Place): string[] =>
	[...readFileSync(join(ROOT, document), "utf8").matchAll(/^```([a-z ]+)\n([\s\S]*?)^```$/gm)]
		.filter(([, mark]) => mark === place)
		.map(([, , block]) => block ?? "");

export const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const server = createServer().on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() =>
				typeof address === "object" && address !== null ? resolve(address.port) : reject(address),
			);
		});
	});

/** See `runDocument`. */
export const runQuickstart = (
	place: Place,
	env: NodeJS.ProcessEnv,
	before = "",
): Promise<(start: string, nth?: number) => string> =>
	runDocument(QUICKSTART, place, { env, before });

/**
 * Runs a document's blocks of this place in order, in one shell, as a reader would paste them.
 * Gives back a look-up: what the nth block (from 0) that begins with a text printed.
 */
export async function runDocument(
	document: string,
	place: Place,
	{ env, before = "" }: { readonly env: NodeJS.ProcessEnv; readonly before?: string },
): Promise<(start: string, nth?: number) => string> {
	const blocks = blocksOf(document, place);
	const script = blocks.map((block) => `${block}\necho; echo "${MARK}"\n`).join("");
	const printed = (await runShell(before + script, env)).split(`${MARK}\n`);
	return (start, nth = 0) => {
		const found = blocks.flatMap((block, at) => (block.startsWith(start) ? [at] : []))[nth];
		if (found === undefined) throw new Error(`no block ${nth} begins with ${start}`);
		return printed[found] ?? "";
	};
}

async function runShell(script: string, env: NodeJS.ProcessEnv): Promise<string> {
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
	return output;
}
