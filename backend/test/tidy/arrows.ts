import { posix } from "node:path";
import { GUARDED_CODE, GUARDED_PACKAGES, ROOMS, type Room } from "./arrow-rules.js";
import type { RepositoryFile } from "./repository.js";

export interface Import {
	readonly target: string;
	/** `import type` or `export type`: gone after compiling. */
	readonly typeOnly: boolean;
}

/** Comments become spaces, so that an example in a comment is not taken for code. */
const withoutComments = (text: string): string =>
	text.replaceAll(/\/\*[\s\S]*?\*\//g, " ").replaceAll(/(^|\s)\/\/.*$/gm, " ");

const STATIC_IMPORT = /\b(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\s+from\s+)?"([^"]+)"/g;
const DYNAMIC_IMPORT = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** Every import and re-export of a source, as written. */
export function importsOf(text: string): Import[] {
	const code = withoutComments(text);
	const found: Import[] = [];
	for (const [, type, target] of code.matchAll(STATIC_IMPORT))
		if (target !== undefined) found.push({ target, typeOnly: type !== undefined });
	for (const [, target] of code.matchAll(DYNAMIC_IMPORT))
		if (target !== undefined) found.push({ target, typeOnly: false });
	return found;
}

/** The path in this repository that an import points at, or null for a package. */
function pathOf(from: string, target: string): string | null {
	if (target.startsWith("."))
		return posix.join(posix.dirname(from), target).replace(/\.js$/, ".ts");
	const own = /^@savepoint\/(\w+)(?:\/(.*))?$/.exec(target);
	if (own === null) return null;
	return `${own[1]}/src/${(own[2] ?? "index.js").replace(/\.js$/, "")}.ts`;
}

const roomOf = (path: string): Room | undefined => ROOMS.find(({ files }) => files.test(path));

const mayImport = (room: Room): string => {
	const types = room.types.length > 0 ? `, and types from ${room.types.join(", ")}` : "";
	return `"${room.name}" may import from ${room.imports.join(", ") || "nothing"}${types}`;
};

function checkPackage(file: RepositoryFile, room: Room, { target, typeOnly }: Import): string[] {
	const guard = GUARDED_PACKAGES.find(
		({ name }) => target === name || target.startsWith(`${name}/`),
	);
	if (guard !== undefined && !guard.files.test(file.path))
		return [`${file.path} imports "${target}": only ${guard.where} may.`];
	if (typeOnly || room.packages === null || room.packages.test(target)) return [];
	return [`${file.path} imports "${target}": "${room.name}" may not use this package.`];
}

function checkImport(file: RepositoryFile, room: Room, found: Import): string[] {
	const path = pathOf(file.path, found.target);
	if (path === null) return checkPackage(file, room, found);
	const target = roomOf(path);
	if (target === undefined)
		return [`${file.path} imports "${found.target}", which is in no room of arrow-rules.ts.`];
	if (target === room || room.imports.includes(target.name)) return [];
	if (found.typeOnly && room.types.includes(target.name)) return [];
	return [
		`${file.path} imports "${found.target}" (${target.name}${found.typeOnly ? ", types" : ""}): ` +
			`${mayImport(room)}.`,
	];
}

/** One sentence for each arrow that points the wrong way: the file, the import and the rule. */
export function checkArrows(files: readonly RepositoryFile[]): string[] {
	return files
		.filter(({ path }) => /^\w+\/src\/.*\.tsx?$/.test(path))
		.flatMap((file) => {
			const room = roomOf(file.path);
			if (room === undefined) return [`${file.path} is in no room of arrow-rules.ts.`];
			const code = withoutComments(file.text);
			const guarded = GUARDED_CODE.filter(
				(rule) => rule.notIn.test(file.path) && rule.code.test(code),
			);
			return [
				...importsOf(file.text).flatMap((found) => checkImport(file, room, found)),
				...guarded.map(
					(rule) => `${file.path} has ${rule.code.exec(code)?.[0]}: ${rule.sentence}.`,
				),
			];
		});
}
