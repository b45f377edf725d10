import type { RepositoryFile } from "./repository.js";

export const RULES_PATH = "specs/017-persist-session-storage/rules.md";

// A rule is stated where its id opens a line, a list item, a heading or a table row: "- **[A1]**
// …".
const STATED = /^[\s|>*#-]*\[?([A-Z]{1,3}\d{1,3})\]?[\s*:.|]/gm;
// A title opens with its rules, whether it stands in `it`, in a table of cases or in a shared
// suite.
const TITLE_IDS = /["'`]((?:\[[A-Z]{1,3}\d{1,3}(?:,\s*[A-Z]{1,3}\d{1,3})*\]\s*)+)\w/g;

const isTest = ({ path }: RepositoryFile): boolean => /\/test\/.*\.ts$/.test(path);

/** The ids of the rules that rules.md states. */
export const statedIds = (rules: string): Set<string> =>
	new Set([...rules.matchAll(STATED)].map(([, id]) => id ?? ""));

/** The ids that open the titles of tests: `[A1] …`, `[A1, A2] …` or `[A1] [A2] …`. */
export const testedIds = (text: string): Set<string> =>
	new Set([...text.matchAll(TITLE_IDS)].flatMap(([, ids = ""]) => ids.match(/\w+/g) ?? []));

/** Rules that no test holds, and tests that hold a rule nobody stated. */
export function checkRuleIds(files: readonly RepositoryFile[]): string[] {
	const rules = files.find(({ path }) => path === RULES_PATH);
	if (rules === undefined) return [];
	const stated = statedIds(rules.text);
	const tests = files
		.filter((file) => isTest(file))
		.map(({ path, text }) => ({ path, ids: testedIds(text) }));
	const untested = [...stated].filter((id) => !tests.some(({ ids }) => ids.has(id)));
	return [
		...untested.map((id) => `${RULES_PATH} states ${id}, and no test has [${id}] in its title.`),
		...tests.flatMap(({ path, ids }) =>
			[...ids]
				.filter((id) => !stated.has(id))
				.map((id) => `${path} tests [${id}], which ${RULES_PATH} does not state.`),
		),
	];
}
