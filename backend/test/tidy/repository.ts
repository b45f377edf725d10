import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of this repository: its path from the root, with slashes, and its text. */
export interface RepositoryFile {
	readonly path: string;
	readonly text: string;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NOT_OURS = new Set(["node_modules", "dist", ".git", "coverage"]);
const NOT_OURS_AT_ROOT = new Set(["data"]);
const READ =
	/\.(ts|tsx|mjs|js|sql|md|yml|json|png|svg|conf|env|service)$|(^|\/)(Dockerfile|LICENSE|run)$/;

function walk(directory: string): string[] {
	return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
		if (NOT_OURS.has(entry.name)) return [];
		if (directory === "" && NOT_OURS_AT_ROOT.has(entry.name)) return [];
		const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
		return entry.isDirectory() ? walk(path) : [path];
	});
}

/** All that people wrote in this repository: sources, tests, migrations and documents. */
export const readRepository = (): RepositoryFile[] =>
	walk("")
		.filter((path) => READ.test(path) && !path.endsWith("package-lock.json"))
		.map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
