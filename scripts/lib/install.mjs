import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ROOT, run, step } from "./run.mjs";

const LOCK = `${ROOT}package-lock.json`;
/** npm writes this list last, after every install script has run. */
const INSTALLED = `${ROOT}node_modules/.package-lock.json`;
const STAMP = `${ROOT}node_modules/.savepoint-install`;

// The compiled SQLite fits one ABI, system and processor only: another Node means another install.
const fingerprint = () =>
	createHash("sha256")
		.update(readFileSync(LOCK))
		.update(`${process.versions.modules} ${process.platform} ${process.arch}`)
		.digest("hex");

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, "utf8") : null);

// `npm ci` through the npm that runs us, whatever it is called on this system.
const npm = (args) => {
	const cli = process.env.npm_execpath;
	return cli?.endsWith(".js")
		? { args: [cli, ...args], options: {} }
		: { args, options: { program: "npm" } };
};

/** Whether somebody's own `npm ci` or `npm install` left exactly what the lock file asks for. */
function matchesLock() {
	const installed = readIfThere(INSTALLED);
	if (installed === null) return false;
	const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
	const found = JSON.parse(installed).packages;
	return Object.entries(wanted).every(
		([path, entry]) =>
			!path.startsWith("node_modules/") ||
			entry.optional === true ||
			found[path]?.version === entry.version,
	);
}

/** Whether the compiled SQLite is there and fits this Node. */
async function sqliteOpens() {
	const program = 'new (require("better-sqlite3"))(":memory:").close()';
	return (await run(["-e", program], { quiet: true })).code === 0;
}

function writeStamp(value) {
	writeFileSync(`${STAMP}.new`, value);
	renameSync(`${STAMP}.new`, STAMP);
}

/**
 * Installs what the lock file asks for, only when that is not what is there. The stamp is written
 * last: an install that was interrupted has none and is done again.
 */
export async function ensureInstalled() {
	const wanted = fingerprint();
	if (readIfThere(STAMP) === wanted) return;
	if (matchesLock() && (await sqliteOpens())) {
		writeStamp(wanted);
		return;
	}

	rmSync(STAMP, { force: true });
	// A NODE_ENV=production of this shell would leave out the compiler.
	const { args, options } = npm(["ci", "--include=dev", "--no-audit", "--no-fund"]);
	await step("installing (a minute or two: SQLite may be compiled once)", args, options);
	if (!(await sqliteOpens())) {
		console.error(
			"SQLite was not compiled for this machine. Install a C++ toolchain (on Debian: " +
				"apt-get install python3 make g++) and run the same command again.",
		);
		process.exit(69);
	}
	writeStamp(wanted);
}
