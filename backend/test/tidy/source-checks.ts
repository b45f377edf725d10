import type { RepositoryFile } from "./repository.js";

/** Style by numbers, as docs/STYLE.md states it. Functions are counted by Biome. */
export const COLUMNS_MAX = 100;
export const FILE_LINES_WARN = 300;
export const FILE_LINES_MAX = 500;
/** Files that may be longer, each with its reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {};

const TAB_COLUMNS = 2;
const CODE = /\.(ts|tsx|mjs|js|sql|yml)$|(^|\/)(Dockerfile|run)$/;
// A sentence in quotes is kept whole, so that it can be searched for.
const ONE_STRING = /^\s*(\w+:\s*|\w+\(|return\s+|[|+]\s*)?(["'`]).*\2(\s\+|[,;)\]]*)$/;
const ONE_PATTERN = /^\s*(\w+:\s*)?\/.*\/[dgimsuvy]*[,;]*$/;

const lineCount = (text: string): number => text.trimEnd().split("\n").length;

export const isCode = ({ path }: RepositoryFile): boolean => CODE.test(path);

/** Lines of code that are wider than a reader's window. */
export const checkColumns = (files: readonly RepositoryFile[]): string[] =>
	files.filter(isCode).flatMap(({ path, text }) =>
		text.split("\n").flatMap((line, index) => {
			const columns = line.replaceAll("\t", " ".repeat(TAB_COLUMNS)).length;
			if (columns <= COLUMNS_MAX || ONE_STRING.test(line) || ONE_PATTERN.test(line)) return [];
			return [`${path}:${index + 1} has ${columns} columns; ${COLUMNS_MAX} are allowed.`];
		}),
	);

/** Files longer than `linesMax` and not listed as exceptions. */
export const checkFileLines = (files: readonly RepositoryFile[], linesMax: number): string[] =>
	files
		.filter((file) => isCode(file) && !(file.path in LONG_FILES))
		.filter(({ text }) => lineCount(text) > linesMax)
		.map(({ path, text }) => `${path} has ${lineCount(text)} lines; ${linesMax} are allowed.`);

const BANNED: readonly { code: RegExp; instead: string }[] = [
	{ code: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "finish it, or open an issue" },
	{ code: /@ts-(ignore|nocheck|expect-error)/, instead: "write the type" },
	{ code: /biome-ignore/, instead: "follow the rule, or change it for all in biome.json" },
	{ code: /\b(it|test|describe)\.(only|todo)\b/, instead: "run all tests, and write this one" },
];

/** Leftovers and switched-off rules; Biome sees to `any`. */
export const checkBanned = (files: readonly RepositoryFile[]): string[] =>
	files.filter(isCode).flatMap(({ path, text }) =>
		text.split("\n").flatMap((line, index) =>
			BANNED.flatMap(({ code, instead }) => {
				const found = code.exec(line);
				return found === null ? [] : [`${path}:${index + 1} has "${found[0]}": ${instead}.`];
			}),
		),
	);

/** Not every engine that speaks PostgreSQL's language has them, nor lets a pooler pass them on. */
const SERVER_ONLY =
	/\bpg_(notify|(try_)?advisory\w*)|["'`]\s*(un)?listen\s+\w|["'`]\s*notify\s+\w/i;
const SERVER_ONLY_SQL = /\bpg_(notify|(try_)?advisory\w*)|^\s*((un)?listen|notify)\s+\w/i;

/** Channels and advisory locks of a database server: the server's code does without. */
export const checkChannels = (files: readonly RepositoryFile[]): string[] =>
	files
		.filter(({ path }) => /^backend\/src\/.*\.(ts|sql)$/.test(path))
		.flatMap(({ path, text }) =>
			text.split("\n").flatMap((line, index) => {
				const found = (path.endsWith(".sql") ? SERVER_ONLY_SQL : SERVER_ONLY).exec(line);
				return found === null
					? []
					: [
							`${path}:${index + 1} has ${found[0].trim()}: docs/operating/scaling.md says why not.`,
						];
			}),
		);
