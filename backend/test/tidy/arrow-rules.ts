/** Which way imports may point. This table is the only place to change when a room is added. */
export interface Room {
	readonly name: string;
	/** The files of the room. A file belongs to the first room that matches. */
	readonly files: RegExp;
	/** Rooms whose values and types it may import, besides its own. */
	readonly imports: readonly string[];
	/** Rooms of which it may import types only. */
	readonly types: readonly string[];
	/** Packages and Node modules it may import; `null` for all that are not guarded below. */
	readonly packages: RegExp | null;
}

const COMMON = ["core", "common"];

export const ROOMS: readonly Room[] = [
	{
		name: "core",
		files: /^core\/src\//,
		imports: [],
		types: [],
		packages: /^(pure-rand|typebox)(\/|$)/,
	},
	{ name: "client", files: /^client\/src\//, imports: ["core"], types: [], packages: /^(?!)/ },
	{
		name: "frontend",
		files: /^frontend\/src\//,
		imports: ["core", "client"],
		types: [],
		packages: /^(?!node:)/,
	},
	{
		name: "common",
		files: /^backend\/src\/(errors|limits|local-day|log|counters|histogram|ids|password)\.ts$/,
		imports: ["core"],
		types: [],
		packages: /^(node:crypto|pino)$/,
	},
	{
		name: "config",
		files: /^backend\/src\/(.*\/)?(config|settings)\.ts$/,
		imports: COMMON,
		types: [],
		packages: null,
	},
	{
		name: "storage/ports",
		files: /^backend\/src\/storage\/(([^/]+\/)?ports|driver)\.ts$/,
		imports: COMMON,
		types: [],
		packages: /^(?!)/,
	},
	{
		name: "storage/commit-queue",
		files: /^backend\/src\/storage\/commit-queue\.ts$/,
		imports: [...COMMON, "storage", "storage/ports"],
		types: [],
		packages: /^(?!)/,
	},
	{
		name: "storage/open",
		files: /^backend\/src\/storage\/(open|repair|upkeep)\.ts$/,
		imports: [
			...COMMON,
			"config",
			"storage",
			"storage/ports",
			"storage/commit-queue",
			"storage/sqlite",
		],
		types: [],
		packages: null,
	},
	{
		name: "storage/sqlite",
		files: /^backend\/src\/storage\/sqlite[^/]*\.ts$/,
		imports: [...COMMON, "config", "storage", "storage/ports"],
		types: [],
		packages: null,
	},
	{
		name: "storage",
		files: /^backend\/src\/storage\//,
		imports: [...COMMON, "config", "storage/ports"],
		types: [],
		packages: null,
	},
	{
		name: "game",
		files: /^backend\/src\/game\//,
		imports: COMMON,
		types: ["storage/ports", "storage/commit-queue"],
		packages: /^(?!)/,
	},
	{
		// What operators do; like the game's room it knows the storage by its types only.
		name: "operator",
		files: /^backend\/src\/operator\//,
		imports: COMMON,
		types: ["config", "game", "storage", "storage/ports"],
		packages: /^node:(crypto|net)$/,
	},
	{
		name: "api",
		files: /^backend\/src\/api\//,
		imports: [...COMMON, "game", "operator"],
		types: ["config", "storage/ports"],
		packages: /^(?!node:fs)/,
	},
	{
		name: "app",
		files: /^backend\/src\/app\.ts$/,
		imports: [...COMMON, "api", "game"],
		types: ["config", "operator", "storage/ports"],
		packages: /^(?!node:fs)/,
	},
	{
		// What an operator does with a storage; the command line, the control socket and the console
		// call it.
		name: "operations",
		files: /^backend\/src\/operations\//,
		imports: [
			...COMMON,
			"config",
			"version",
			"storage",
			"storage/ports",
			"storage/open",
			"storage/sqlite",
		],
		types: ["game", "storage/commit-queue"],
		packages: null,
	},
	{
		name: "control",
		files: /^backend\/src\/control\//,
		imports: [...COMMON, "config", "operations", "storage"],
		types: ["game"],
		packages: null,
	},
	{
		name: "version",
		files: /^backend\/src\/version\.ts$/,
		imports: [],
		types: [],
		packages: null,
	},
	{
		// The server, the command line and what only they use.
		name: "entry",
		files: /^backend\/src\/([^/]+|cli\/.+)\.ts$/,
		imports: [
			...COMMON,
			"version",
			"client",
			"config",
			"app",
			"api",
			"game",
			"storage",
			"storage/open",
			"operations",
			"control",
			"operator",
		],
		types: ["storage/ports", "storage/commit-queue"],
		packages: null,
	},
	{
		name: "bench",
		files: /^bench\/src\//,
		imports: [
			...COMMON,
			"client",
			"config",
			"app",
			"api",
			"game",
			"storage",
			"storage/ports",
			"storage/commit-queue",
			"storage/open",
			"storage/sqlite",
			"entry",
		],
		types: [],
		packages: null,
	},
];

/** Packages that one kind of file alone may import, whatever its room says. */
export const GUARDED_PACKAGES: readonly { name: string; files: RegExp; where: string }[] = [
	{
		name: "better-sqlite3",
		files: /^backend\/src\/storage\/sqlite[^/]*\.ts$|^bench\/src\//,
		where: "backend/src/storage/sqlite*.ts (and bench)",
	},
	{
		name: "postgres",
		files: /^backend\/src\/storage\/postgres[^/]*\.ts$|^bench\/src\//,
		where: "backend/src/storage/postgres*.ts (and bench)",
	},
];

/** Code that only some files may hold. */
export const GUARDED_CODE: readonly { code: RegExp; notIn: RegExp; sentence: string }[] = [
	{
		code: /\bprocess\s*\.\s*env\b/,
		notIn:
			/^(?!.*\/config\.ts$|backend\/src\/(server|serve|cli)\.ts$|backend\/src\/cli\/|bench\/src\/)/,
		sentence: "only config files and the entry points read the environment",
	},
	{
		code: /["'`](sqlite|postgres)["'`]/,
		notIn: /^backend\/src\/(?!storage\/((open|config)\.ts$|sqlite|postgres))/,
		sentence:
			"an engine is chosen in storage/open.ts; only it, the configuration and engines name one",
	},
	{
		// The verbs that work on a database file know it as one; a crash test makes a database.
		code: /"[./\w-]*\/(sqlite|postgres)(-[a-z-]+)?\.js"/,
		notIn:
			/^backend\/src\/(?!storage\/((open|upkeep|repair)\.ts$|sqlite|postgres)|operations\/(prove-copy|restore-database|restore-session)\.ts$|cli\/crashtest\/ground\.ts$)/,
		sentence: "what an engine is to the rooms above is in storage/engine.ts; ask `engineOf`",
	},
	{
		code: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandom(Bytes|UUID)\b/,
		notIn: /^(core\/src|backend\/src\/game)\//,
		sentence: "core and game use only the clock and the randomness that are passed in",
	},
];
