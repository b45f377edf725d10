import { missingTools } from "./lib/optional-tools.mjs";
import { prepare } from "./lib/prepare.mjs";
import { run } from "./lib/run.mjs";

await prepare();
for (const sentence of missingTools()) console.log(sentence);

const { code } = await run(["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
process.exitCode = code;
