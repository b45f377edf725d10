import { mkdirSync } from "node:fs";
import { HELP, readOptions } from "./options.js";
import { runTable } from "./run-table.js";
import { endAll } from "./servers/running.js";
import { runSoak } from "./soak/run-soak.js";

/**
 * `npm run bench`: what durability costs and what it is worth, measured on this machine. Exits 0
 * whenever it measured: a figure that falls short is shown as such, and is a result.
 */
for (const signal of ["SIGINT", "SIGTERM"] as const)
	process.once(signal, () => void endAll().finally(() => process.exit(130)));

try {
	const options = readOptions(process.argv.slice(2));
	if (options === null) process.stdout.write(HELP);
	else {
		mkdirSync(options.directory, { recursive: true });
		mkdirSync(options.out, { recursive: true });
		await (options.command === "soak" ? runSoak(options) : runTable(options));
	}
} catch (error) {
	await endAll();
	process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
	process.exitCode = 1;
}
