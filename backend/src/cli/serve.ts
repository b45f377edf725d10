import type { Command } from "commander";

const HELP = `
The settings come from the environment (PORT, HOST, SAVEPOINT_DB_PATH …), as listed in
docs/reference/configuration.md. The database file is made when it is missing.

Examples:
  savepoint serve
  PORT=8080 SAVEPOINT_DB_PATH=/srv/savepoint/game.sqlite savepoint serve

Exit codes: 0 stopped in order by SIGTERM or SIGINT · 2 wrong usage · 73 to 89 could not start or
had to stop, each with one reason, listed in docs/reference/cli.md`;

/** Adds the verb `serve`, which is what `npm start` runs after its build. */
export function addServeCommand(program: Command): void {
	program
		.command("serve")
		.description("serve the game sessions of one database over HTTP and WebSocket")
		.addHelpText("after", HELP)
		.action(async () => {
			const [{ runProcess }, { startServer }] = await Promise.all([
				import("../exit.js"),
				import("../server.js"),
			]);
			await runProcess(() => startServer(process.env));
		});
}
