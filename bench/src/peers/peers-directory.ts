import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The peers' servers and their own package.json, which the root's install knows nothing of. */
export const PEERS_DIRECTORY = fileURLToPath(new URL("../../peers/", import.meta.url));

const LOCK = join(PEERS_DIRECTORY, "package-lock.json");
const STAMP = join(PEERS_DIRECTORY, "node_modules/.savepoint-install");
const NOTHING_ELSE = ["--no-audit", "--no-fund", "--loglevel=error"];

const fingerprint = (): string =>
	createHash("sha256").update(readFileSync(LOCK)).update(process.versions.modules).digest("hex");

/** `npm ci` in bench/peers, when what the lock file asks for is not there yet. */
export async function ensurePeersInstalled(say: (line: string) => void): Promise<void> {
	const wanted = fingerprint();
	if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
	say("installing what is compared with, a few hundred megabytes, into bench/peers");
	const child = spawn("npm", ["ci", ...NOTHING_ELSE], {
		cwd: PEERS_DIRECTORY,
		stdio: ["ignore", "ignore", "inherit"],
	});
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`npm ci in bench/peers ended with exit code ${code}`);
	writeFileSync(STAMP, wanted);
}
