import { spawnSync } from "node:child_process";
import { ROOT } from "./run.mjs";

const succeeds = ([program, ...args]) =>
	spawnSync(program, args, { cwd: ROOT, stdio: "ignore", timeout: 20_000 }).status === 0;

/**
 * The command that runs this repository's compose file, or null where no container engine answers.
 * `ps` asks the engine, so a client without an engine does not count.
 */
export const composeCommand = () =>
	[["docker", "compose"], ["docker-compose"]].find((command) =>
		succeeds([...command, "ps", "-q"]),
	) ?? null;
