// The compiled server, the command line and their libraries as one file for each thread and
// process: most of a start was finding, reading and compiling hundreds of small ones. Not minified:
// a stack says where it was.
// Usage: node scripts/bundle.mjs, after the compiler
import { join, relative } from "node:path";
import { rolldown } from "rolldown";
import { ROOT } from "./lib/run.mjs";

const DIST = join(ROOT, "backend/dist");
const BUNDLE = join(DIST, "bundle");

/** Each becomes one file of the same name. */
const ENTRIES = {
	serve: join(DIST, "serve.js"),
	cli: join(DIST, "cli.js"),
	"sqlite-writer-thread": join(DIST, "storage/sqlite-writer-thread.js"),
	"sqlite-reader-thread": join(DIST, "storage/sqlite-reader-thread.js"),
	"prove-process": join(DIST, "operations/prove-process.js"),
	"seed-thread": join(DIST, "cli/seed/seed-thread.js"),
	player: join(DIST, "cli/crashtest/player.js"),
};
/** What they start by `new URL("./….js", import.meta.url)` is bundled too, and lies beside them. */
const STARTERS = new Set(
	[
		"storage/sqlite-threads.js",
		"operations/prove-in-process.js",
		"cli/seed/seed-threads.js",
		"cli/crashtest/player-process.js",
	].map((path) => join(DIST, path)),
);

/** A compiled library; what is loaded late or, because ours stand in for them, never. */
const EXTERNAL = [
	"better-sqlite3",
	"@fastify/swagger",
	"@fastify/swagger-ui",
	"@fastify/ajv-compiler",
	"@fastify/fast-json-stringify-compiler",
	"light-my-request",
];

/** Files that a module finds beside itself stay where they are, though the module has moved. */
const keepPlaces = {
	name: "keep-places",
	transform(code, id) {
		if (!id.startsWith(DIST) || STARTERS.has(id) || !code.includes("import.meta.url")) return null;
		const place = JSON.stringify(relative(BUNDLE, id));
		return {
			code: code.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`),
			map: null,
		};
	},
};

const bundle = await rolldown({
	input: ENTRIES,
	platform: "node",
	external: EXTERNAL,
	plugins: [keepPlaces],
});
await bundle.write({ dir: BUNDLE, format: "esm", sourcemap: true, cleanDir: true });
await bundle.close();
