// The last line of .ci/run: what Vitest and `npm run check` counted, on one plain line.
// Usage: node scripts/ci-summary.mjs <vitest report> <check report>
import { existsSync, readFileSync } from "node:fs";

const [testsPath, checksPath] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

// A report that is not there is a run that broke off: one failure.
const readReport = (path) => {
	if (path !== undefined && existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
	total.failed += 1;
	return null;
};

for (const file of readReport(testsPath)?.testResults ?? []) {
	const statuses = file.assertionResults.map(({ status }) => status);
	for (const status of statuses) total[status in total ? status : "skipped"] += 1;
	// A file that could not even be loaded has no results of its own.
	if (file.status === "failed" && !statuses.includes("failed")) total.failed += 1;
}
for (const { passed } of readReport(checksPath) ?? []) total[passed ? "passed" : "failed"] += 1;

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
