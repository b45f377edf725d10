import type { RepositoryFile } from "./repository.js";

export const THREATS_PATH = "SECURITY.md";

/** `path/to/file.test.ts`: *title*, several of them in one cell. */
const NAMED_TEST = /`([\w./-]+\.ts)`: \*([^*]+)\*/g;
const ROW = /^\| (?!Threat|---)(.+) \|$/gm;

export interface NamedTest {
	readonly path: string;
	readonly title: string;
}

/** The tests that the threat model names. */
export const namedTests = (text: string): NamedTest[] =>
	[...text.matchAll(NAMED_TEST)].map(([, path = "", title = ""]) => ({ path, title }));

/** Tests that SECURITY.md names and that are not there; threats that name none. */
export function checkThreats(files: readonly RepositoryFile[]): string[] {
	const model = files.find(({ path }) => path === THREATS_PATH);
	if (model === undefined) return [`${THREATS_PATH} is not there.`];
	const missing = namedTests(model.text).flatMap(({ path, title }) => {
		const test = files.find((file) => file.path === path);
		if (test === undefined) return `${THREATS_PATH} names ${path}, which is not there.`;
		return test.text.includes(`"${title}"`) || test.text.includes(`\`${title}\``)
			? []
			: `${path} has no test with the title "${title}", which ${THREATS_PATH} names.`;
	});
	const untested = [...model.text.matchAll(ROW)]
		.map(([, row = ""]) => row)
		.filter((row) => row.split(" | ").length === 3 && namedTests(row).length === 0)
		.map((row) => `${THREATS_PATH} names no test for: ${row.split(" | ")[0]}.`);
	return [...missing, ...untested];
}
