import { spawnSync } from "node:child_process";
import { composeCommand } from "./compose.mjs";

const OPTIONAL_TOOLS = [
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
