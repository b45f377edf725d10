import { prepare } from "./lib/prepare.mjs";
import { run } from "./lib/run.mjs";

// Screenshots of every screen of the game, into the folder that is named or one of their own.
await prepare();

const [folder = ""] = process.argv.slice(2);
const { code } = await run(
	[
		"node_modules/vitest/vitest.mjs",
		...["run", "--config", "vitest.slow.config.ts", "frontend/test/pictures"],
	],
	{ env: { ...process.env, BEFORE_DAWN_PICTURES: folder } },
);
process.exitCode = code;
