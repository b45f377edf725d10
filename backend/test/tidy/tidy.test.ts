// Goal: style is a test. Method: each check reads the whole repository and must find nothing; then
// it is given a text with one mistake and must name the place.
import { describe, expect, it } from "vitest";
import { checkLinks, checkReachable } from "./document-checks.js";
import { type RepositoryFile, readRepository } from "./repository.js";
import { checkRuleIds, RULES_PATH } from "./rule-ids.js";
import {
	checkBanned,
	checkChannels,
	checkColumns,
	checkFileLines,
	FILE_LINES_MAX,
	FILE_LINES_WARN,
} from "./source-checks.js";
import { checkThreats, THREATS_PATH } from "./threats.js";

const repository = readRepository();
const file = (path: string, text: string): RepositoryFile => ({ path, text });

describe("this repository is tidy", () => {
	it("no line of code is too wide", () => {
		expect(checkColumns(repository)).toEqual([]);
	});

	it("no file is too long", () => {
		for (const sentence of checkFileLines(repository, FILE_LINES_WARN)) console.warn(sentence);
		expect(checkFileLines(repository, FILE_LINES_MAX)).toEqual([]);
	});

	it("nothing is left for later and no rule is switched off", () => {
		// The checks themselves and their fixtures spell out what they look for.
		const others = repository.filter(({ path }) => !path.startsWith("backend/test/tidy/"));
		expect(checkBanned(others)).toEqual([]);
	});

	it("each rule has a test and each test a rule", () => {
		const others = repository.filter(({ path }) => !path.startsWith("backend/test/tidy/"));
		expect(checkRuleIds(others)).toEqual([]);
	});

	it("the server needs no channels and no advisory locks of its database", () => {
		expect(checkChannels(repository)).toEqual([]);
	});

	it("each threat names a test that exists", () => {
		expect(checkThreats(repository)).toEqual([]);
	});

	it("no link between documents is dead", () => {
		expect(checkLinks(repository)).toEqual([]);
	});

	it("every document can be found from another", () => {
		expect(checkReachable(repository)).toEqual([]);
	});
});

describe("too wide a line", () => {
	it("is found with its place", () => {
		const text = `short\n\tconst x = ${"a + ".repeat(30)}b;`;
		expect(checkColumns([file("a.ts", text)])).toEqual([
			"a.ts:2 has 134 columns; 100 are allowed.",
		]);
	});

	it("may hold one string or one pattern, which nothing can break", () => {
		const long = "w".repeat(120);
		const text = `\tsentence: "${long}",\n\t\`${long}\`;\n\tcode: /${long}/g,`;
		expect(checkColumns([file("a.ts", text)])).toEqual([]);
	});

	it("is no mistake in a document", () => {
		expect(checkColumns([file("a.md", "w".repeat(120))])).toEqual([]);
	});
});

describe("too long a file", () => {
	it("is found with its length", () => {
		const files = [file("a.ts", "x\n".repeat(501)), file("b.ts", "x\n".repeat(500))];
		expect(checkFileLines(files, FILE_LINES_MAX)).toEqual(["a.ts has 501 lines; 500 are allowed."]);
	});
});

describe("a leftover or a switched-off rule", () => {
	it.each([
		["a word for later", `// ${["TO", "DO"].join("")}: finish`, "finish it"],
		["a silenced compiler", `// @ts-${"ignore"}`, "write the type"],
		["a silenced linter", `// biome-${"ignore"} lint: why`, "follow the rule"],
		["a test that runs alone", `it.${"only"}("x", f);`, "run all tests"],
	])("%s is found", (_what, line, remedy) => {
		const found = checkBanned([file("a.ts", `\n${line}\n`)]);
		expect(found).toHaveLength(1);
		expect(found[0]).toContain("a.ts:2 has");
		expect(found[0]).toContain(remedy);
	});

	it("words that only look like one are not", () => {
		expect(checkBanned([file("a.ts", "const company = many; // anybody")])).toEqual([]);
	});
});

describe("channels and advisory locks", () => {
	it.each([
		["a.ts", 'await query("select pg_advisory_xact_lock(1)");'],
		["a.ts", "await query(`listen moves`);"],
		["a.ts", 'await query("notify moves");'],
		["a.sql", "select pg_notify('moves', '1');"],
		["a.sql", "listen moves;"],
	])("are found in %s: %s", (name, line) => {
		const found = checkChannels([file(`backend/src/storage/${name}`, `\n${line}\n`)]);
		expect(found).toHaveLength(1);
		expect(found[0]).toContain(`${name}:2 has`);
	});

	it.each(['log.info("listening");', "cache.notify(id, change);", "// no advisory lock"])(
		"are not seen in %s",
		(line) => {
			expect(checkChannels([file("backend/src/a.ts", line)])).toEqual([]);
		},
	);
});

describe("rules and tests", () => {
	const rules = file(RULES_PATH, "- **[A1]** One.\n## B2. Two\n| C3 | three |\nprose about [D4]\n");
	const tests = (titles: string) => file("backend/test/a.test.ts", titles);
	const a1 = 'it("[A1] one", f);';
	const rest = "describe('[B2, C3] two', f);";

	it("agree", () => {
		expect(checkRuleIds([rules, tests(`${a1}\n${rest}`)])).toEqual([]);
	});

	it("a rule without a test is found", () => {
		expect(checkRuleIds([rules, tests(rest)])).toEqual([
			`${RULES_PATH} states A1, and no test has [A1] in its title.`,
		]);
	});

	it("a test of an unknown rule is found, also in a table of cases", () => {
		const stray = 'it.each([["x"], [f(1)]])("[Z9] stray %s", f);';
		expect(checkRuleIds([rules, tests(`${a1}\n${rest}\n${stray}`)])).toEqual([
			`backend/test/a.test.ts tests [Z9], which ${RULES_PATH} does not state.`,
		]);
	});

	it("an id outside a title is not a test", () => {
		expect(
			checkRuleIds([rules, tests(`${rest}\n// [A1] one\nconst x = "see [A1]";`)]),
		).toHaveLength(1);
	});
});

describe("documents", () => {
	const readme = file(
		"README.md",
		"[a](docs/a.md#part) [site](https://example.org) [rooms](docs/)",
	);

	it("a dead link is found", () => {
		expect(checkLinks([readme])).toEqual([
			"README.md links to docs/a.md, which is not there.",
			"README.md links to docs, which is not there.",
		]);
	});

	it("links to files, directories and addresses are not", () => {
		expect(checkLinks([readme, file("docs/a.md", "[up](../README.md)")])).toEqual([]);
	});

	it("an example of a link is not a link", () => {
		expect(checkLinks([file("README.md", "```\n[a](nowhere.md)\n```\n`[b](none.md)`")])).toEqual(
			[],
		);
	});

	it("a document that nobody links to is found", () => {
		expect(checkReachable([readme, file("docs/a.md", ""), file("docs/b.md", "[b](b.md)")])).toEqual(
			["docs/b.md is linked from no other document."],
		);
	});
});

describe("the threat model", () => {
	const path = "backend/test/a.test.ts";
	const test = file(path, 'it("[X1] a body counts", f);');
	const model = (...rows: string[]) => file(THREATS_PATH, `${rows.join("\n")}\n`);
	const row = `| a large body | a bound | \`${path}\`: *[X1] a body counts* |`;

	it("agrees with the tests", () => {
		expect(
			checkThreats([model("| Threat | Defence | Test |", "|---|---|---|", row), test]),
		).toEqual([]);
	});

	it("a test that is not there is found, by its file or its title", () => {
		expect(checkThreats([model(row)])).toEqual([
			`${THREATS_PATH} names ${path}, which is not there.`,
		]);
		expect(checkThreats([model(row), file(path, 'it("[X1] another", f);')])).toEqual([
			`${path} has no test with the title "[X1] a body counts", which ${THREATS_PATH} names.`,
		]);
	});

	it("a threat without a test is found, and a model that is gone", () => {
		expect(checkThreats([model("| a slow body | time limits | – |")])).toEqual([
			`${THREATS_PATH} names no test for: a slow body.`,
		]);
		expect(checkThreats([test])).toEqual([`${THREATS_PATH} is not there.`]);
	});
});
