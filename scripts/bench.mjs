import { prepare } from "./lib/prepare.mjs";
import { run } from "./lib/run.mjs";

await prepare();
const { code } = await run(["bench/dist/main.js", ...process.argv.slice(2)]);
process.exitCode = code;
