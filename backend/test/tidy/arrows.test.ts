// Goal: the rooms stay apart. Method: read every import of the sources and hold it against one
// table; then turn single arrows round and see the check name the file, the import and the rule.
import { describe, expect, it } from "vitest";
import { checkArrows, importsOf } from "./arrows.js";
import { readRepository } from "./repository.js";

const check = (path: string, text: string) => checkArrows([{ path, text }]);

describe("imports point one way", () => {
	it("in every source of this repository", () => {
		const files = readRepository();
		expect(files.filter(({ path }) => path.startsWith("backend/src/")).length).toBeGreaterThan(5);
		expect(checkArrows(files)).toEqual([]);
	});
});

describe("an arrow that is turned round is found", () => {
	it.each([
		[
			"storage imports the game",
			"backend/src/storage/session-repo.ts",
			'import { SessionStore } from "../game/session-store.js";',
			/session-repo\.ts imports "\.\.\/game\/session-store\.js" \(game\): "storage" may import/,
		],
		[
			"the game imports a value of storage",
			"backend/src/game/session-store.ts",
			'import { Commits } from "../storage/ports.js";',
			/session-store\.ts imports "\.\.\/storage\/ports\.js" \(storage\/ports\): "game" may import/,
		],
		[
			"the game imports the repository, types only",
			"backend/src/game/session-store.ts",
			'import type { Repo } from "../storage/session-repo.js";',
			/\(storage, types\): "game" may import from core, common, and types from storage\/ports/,
		],
		[
			"a route imports the app",
			"backend/src/api/sessions.ts",
			'import { buildApp } from "../app.js";',
			/sessions\.ts imports "\.\.\/app\.js" \(app\)/,
		],
		[
			"a route opens the storage",
			"backend/src/api/stats.ts",
			'await import("../storage/open.js");',
			/stats\.ts imports "\.\.\/storage\/open\.js" \(storage\/open\)/,
		],
		[
			"core imports the server",
			"core/src/rules.ts",
			'import { x } from "@savepoint/backend/errors.js";',
			/rules\.ts imports "@savepoint\/backend\/errors\.js" \(common\): "core" may import from nothing/,
		],
		[
			"the client imports the server",
			"client/src/client.ts",
			'export * from "@savepoint/backend/errors.js";',
			/"client" may import from core/,
		],
		[
			"core uses Node",
			"core/src/state-hash.ts",
			'import { hash } from "node:crypto";',
			/state-hash\.ts imports "node:crypto": "core" may not use this package/,
		],
		[
			"the game uses Fastify",
			"backend/src/game/views.ts",
			'import fastify from "fastify";',
			/views\.ts imports "fastify": "game" may not/,
		],
		[
			"the repository uses the driver of one engine",
			"backend/src/storage/session-repo.ts",
			'import Database from "better-sqlite3";',
			/imports "better-sqlite3": only backend\/src\/storage\/sqlite\*\.ts/,
		],
		[
			"a route reads the environment",
			"backend/src/api/health.ts",
			'const on = process.env["ON"];',
			/health\.ts has process\.env: only config files/,
		],
		[
			"the game looks at the clock",
			"backend/src/game/sweep.ts",
			"const now = Date.now();",
			/sweep\.ts has Date\.now: core and game use only the clock/,
		],
		[
			"the repository asks which engine it is on",
			"backend/src/storage/session-repo.ts",
			'const isOne = driver.engine === "sqlite";',
			/session-repo\.ts has "sqlite": an engine is chosen in storage\/open\.ts/,
		],
		[
			"a verb goes past the engine's interface",
			"backend/src/operations/move.ts",
			'import { x } from "../storage/postgres-place.js";',
			/move\.ts has "\.\.\/storage\/postgres-place\.js": what an engine is to the rooms above/,
		],
		["a file is in no room", "tools/src/a.ts", "", /tools\/src\/a\.ts is in no room/],
	])("%s", (_what, path, text, sentence) => {
		const found = check(path, text);
		expect(found).toHaveLength(1);
		expect(found[0]).toMatch(sentence);
	});
});

describe("an arrow that points the right way is not", () => {
	it.each([
		["backend/src/game/a.ts", 'import type { Commits } from "../storage/ports.js";'],
		["backend/src/server.ts", 'import { openStorage } from "./storage/open.js";'],
		["backend/src/storage/sqlite-worker.ts", 'import Database from "better-sqlite3";'],
		["backend/src/storage/config.ts", 'const path = process.env["SAVEPOINT_DB_PATH"];'],
		["backend/src/api/a.ts", '/* import { x } from "../server.js"; */'],
		["core/src/a.ts", "// Never Date.now() here."],
	])("%s: %s", (path, text) => {
		expect(check(path, text)).toEqual([]);
	});
});

describe("imports are read in every form", () => {
	it.each([
		['import a from "x";', { target: "x", typeOnly: false }],
		['import "x";', { target: "x", typeOnly: false }],
		['import {\n\ta,\n\ttype B,\n} from "x";', { target: "x", typeOnly: false }],
		['import type { A } from "x";', { target: "x", typeOnly: true }],
		['import * as a from "x";', { target: "x", typeOnly: false }],
		['export type { A } from "x";', { target: "x", typeOnly: true }],
		['export * from "x";', { target: "x", typeOnly: false }],
		['const a = await import("x");', { target: "x", typeOnly: false }],
	])("%j", (text, expected) => {
		expect(importsOf(text)).toEqual([expected]);
	});
});
