import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { filesUnder } from "./files.mjs";
import { ROOT, step } from "./run.mjs";

const STAMP = join(ROOT, "backend/dist/.savepoint-build");
const TSC = "node_modules/typescript/bin/tsc";
const VITE = "node_modules/vite/bin/vite.js";
/** The pages, which Vite bundles; the other workspaces are compiled. */
const PAGES = "frontend";
const BUNDLE = "scripts/bundle.mjs";

/** The workspaces that `tsc -b` compiles, as the root's tsconfig.json lists them. */
const compiledWorkspaces = () =>
	JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8")).references.map(({ path }) => path);

// Names, sizes and times: a file that is gone changes it as surely as one that was edited.
function fingerprint(workspaces) {
	const settings = ["package-lock.json", "tsconfig.json", "tsconfig.base.json", BUNDLE];
	const own = [...workspaces, PAGES].flatMap((name) => [
		join(ROOT, name, "package.json"),
		join(ROOT, name, "tsconfig.json"),
		...filesUnder(join(ROOT, name, "src")),
	]);
	const pages = ["index.html", "vite.config.ts"].map((name) => join(ROOT, PAGES, name));
	own.push(...pages, ...filesUnder(join(ROOT, PAGES, "public")));
	const hash = createHash("sha256");
	for (const path of [...settings.map((name) => join(ROOT, name)), ...own]) {
		const { mtimeMs, size } = statSync(path);
		hash.update(`${path} ${mtimeMs} ${size}\n`);
	}
	return hash.digest("hex");
}

const isBuilt = (workspaces, wanted) =>
	existsSync(STAMP) &&
	readFileSync(STAMP, "utf8") === wanted &&
	existsSync(join(ROOT, PAGES, "dist/index.html")) &&
	existsSync(join(ROOT, "backend/dist/bundle/serve.js")) &&
	workspaces.every((name) => existsSync(join(ROOT, name, "dist/.tsbuildinfo")));

/** The source that a built file comes from, or null for what the compiler keeps for itself. */
function sourceOf(built) {
	if (built.endsWith(".sql")) return built;
	const match = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(built);
	return match === null ? null : `${match[1]}.ts`;
}

// The compiler leaves what a deleted source once became, and a stale migration would be run.
function removeOrphans(workspace) {
	const src = join(ROOT, workspace, "src");
	const dist = join(ROOT, workspace, "dist");
	for (const path of filesUnder(dist)) {
		const source = sourceOf(path.slice(dist.length + 1));
		if (source !== null && !existsSync(join(src, source))) rmSync(path);
	}
}

// Migrations are read from beside the compiled files, so that a built tree runs without its
// sources.
function copySql(workspace) {
	const src = join(ROOT, workspace, "src");
	for (const path of filesUnder(src).filter((name) => name.endsWith(".sql"))) {
		const target = join(ROOT, workspace, "dist", path.slice(src.length + 1));
		mkdirSync(dirname(target), { recursive: true });
		copyFileSync(path, target);
	}
}

/** Compiles and bundles every workspace, only when a source, a setting or a package changed. */
export async function ensureBuilt() {
	const workspaces = compiledWorkspaces();
	const wanted = fingerprint(workspaces);
	if (isBuilt(workspaces, wanted)) return;

	rmSync(STAMP, { force: true });
	await step("building", [TSC, "-b"]);
	for (const name of workspaces) {
		removeOrphans(name);
		copySql(name);
	}
	await step("bundling the server", [BUNDLE]);
	await step("checking the game", [TSC, "-p", PAGES]);
	await step("building the game", [VITE, "build", PAGES]);
	writeFileSync(STAMP, wanted);
}
