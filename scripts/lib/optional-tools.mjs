import { spawnSync } from "node:child_process";

const answers = (program, args) =>
	spawnSync(program, args, { stdio: "ignore", timeout: 10_000 }).status === 0;

const OPTIONAL_TOOLS = [
	{
		name: "strace",
		isThere: () => answers("strace", ["-V"]),
		skipped: "tests that watch or break system calls (the sync before the answer, EIO, ENOSPC)",
	},
	{
		name: "a container engine",
		isThere: () => answers("docker-compose", ["version"]) && engineAnswers(),
		skipped: "tests that build the image and replace the container",
	},
];

// `docker-compose ps` talks to the engine; a client without an engine fails.
const engineAnswers = () => answers("docker-compose", ["ls"]) || answers("docker", ["version"]);

/** One sentence for each optional tool that this machine lacks. */
export const missingTools = () =>
	OPTIONAL_TOOLS.filter((tool) => !tool.isThere()).map(
		(tool) => `${tool.name} is not here; skipped: ${tool.skipped}.`,
	);
