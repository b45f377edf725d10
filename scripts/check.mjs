import { writeFileSync } from "node:fs";
import { prepare } from "./lib/prepare.mjs";
import { run } from "./lib/run.mjs";

const CHECKS = [
	{ name: "types", args: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"] },
	{ name: "lint and format", args: ["node_modules/@biomejs/biome/bin/biome", "ci", "."] },
	{
		name: "arrows and tidiness",
		args: ["node_modules/vitest/vitest.mjs", "run", "backend/test/tidy"],
	},
];

// Building is the first check: it holds the types of all that is shipped.
await prepare();

const results = [];
for (const { name, args } of CHECKS) {
	const { code } = await run(args);
	results.push({ name, passed: code === 0 });
}

console.log();
for (const { name, passed } of results) console.log(`${passed ? "passed" : "FAILED"}  ${name}`);
const report = process.argv[2];
if (report !== undefined) writeFileSync(report, JSON.stringify(results));
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
