import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { composeCommand } from "./compose.mjs";

/** Where Debian and others put it; `frontend/test/support/browser.ts` looks in the same places. */
const CHROMIUM = [
	process.env.CHROMIUM_PATH ?? "",
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/usr/bin/google-chrome",
];

const OPTIONAL_TOOLS = [
	{
		name: "Chromium (apt-get install chromium, or CHROMIUM_PATH)",
		isThere: () => CHROMIUM.some((path) => existsSync(path)),
		skipped: "tests that play the game in a browser",
	},
	{
		name: "strace",
		isThere: () => spawnSync("strace", ["-V"]).status === 0,
		skipped: "tests that watch or break system calls",
	},
	{
		name: "a container engine with docker-compose",
		isThere: () => composeCommand() !== null,
		skipped: "tests that build the image and replace the container",
	},
];

/** One sentence for each optional tool that this machine lacks. */
export const missingTools = () =>
	OPTIONAL_TOOLS.filter((tool) => !tool.isThere()).map(
		({ name, skipped }) => `Not here: ${name}. Skipped: ${skipped}.`,
	);
