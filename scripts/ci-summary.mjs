// The last lines of .ci/run: how many cases of the contract suites each database engine passed and
// skipped; then what Vitest and `npm run check` counted, on one plain line.
// Usage: node scripts/ci-summary.mjs <vitest report> <check report>
import { existsSync, readFileSync } from "node:fs";

const [testsPath, checksPath] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
/** By the engine that a suite names: "migrations on 'postgres'", "high scores over postgres". */
const contracts = new Map();
const SUITE_ON = /(?:\b(?:on|over) '?|^')(sqlite|postgres)'?(?:$|:)/;

// A report that is not there is a run that broke off: one failure.
const readReport = (path) => {
	if (path !== undefined && existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
	total.failed += 1;
	return null;
};

for (const file of readReport(testsPath)?.testResults ?? []) {
	const statuses = [];
	for (const { status: said, ancestorTitles } of file.assertionResults) {
		const status = said in total ? said : "skipped";
		statuses.push(status);
		total[status] += 1;
		const engine = ancestorTitles.map((title) => SUITE_ON.exec(title)?.[1]).find(Boolean);
		if (engine === undefined) continue;
		if (!contracts.has(engine)) contracts.set(engine, { passed: 0, failed: 0, skipped: 0 });
		contracts.get(engine)[status] += 1;
	}
	// A file that could not even be loaded has no results of its own.
	if (file.status === "failed" && !statuses.includes("failed")) total.failed += 1;
}
for (const { passed } of readReport(checksPath) ?? []) total[passed ? "passed" : "failed"] += 1;

for (const [engine, { passed, failed, skipped }] of contracts)
	console.log(
		`contract suites on ${engine}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
	);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
