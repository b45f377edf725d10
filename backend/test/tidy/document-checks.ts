import { posix } from "node:path";
import type { RepositoryFile } from "./repository.js";

const LINK = /\]\(([^)\s]+)\)/g;
const isDocument = ({ path }: RepositoryFile): boolean => path.endsWith(".md");

/** Blocks of code hold examples, not links. */
const prose = (text: string): string =>
	text.replaceAll(/```[\s\S]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");

/**
 * The paths that a document's relative links point at; addresses and anchors in itself left out.
 */
function linkedPaths({ path, text }: RepositoryFile): string[] {
	return [...prose(text).matchAll(LINK)]
		.map(([, target = ""]) => target.split("#")[0] ?? "")
		.filter((target) => target !== "" && !/^[a-z]+:/.test(target))
		.map((target) => posix.join(posix.dirname(path), target).replace(/\/$/, ""));
}

/** Relative links to a file or a directory that is not there. */
export function checkLinks(files: readonly RepositoryFile[]): string[] {
	const there = new Set(files.map(({ path }) => path));
	const exists = (path: string): boolean =>
		path === "." || there.has(path) || [...there].some((file) => file.startsWith(`${path}/`));
	return files.filter(isDocument).flatMap((file) =>
		linkedPaths(file)
			.filter((path) => !exists(path))
			.map((path) => `${file.path} links to ${path}, which is not there.`),
	);
}

/** Documents in docs/ and specs/ that no other document links to: nobody would find them. */
export function checkReachable(files: readonly RepositoryFile[]): string[] {
	const documents = files.filter(isDocument);
	const linksOf = documents.map((file) => ({ from: file.path, to: new Set(linkedPaths(file)) }));
	return documents
		.filter(({ path }) => /^(docs|specs)\//.test(path))
		.filter(({ path }) => !linksOf.some(({ from, to }) => from !== path && to.has(path)))
		.map(({ path }) => `${path} is linked from no other document.`);
}
