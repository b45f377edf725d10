import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.js";
import { registerConsoleActions } from "./actions.js";
import { CONSOLE_PATH, guardConsole, requireSignIn } from "./guard.js";
import { registerConsoleReads } from "./reads.js";
import { registerSessionActions } from "./session-actions.js";
import { registerSessionReads } from "./session-reads.js";
import { registerSignIn } from "./sign-in.js";
import { registerUpkeep } from "./upkeep.js";

/** The operator's calls, behind a guard of their own. */
export function registerConsole(app: FastifyInstance, context: ApiContext): void {
	const { signIns } = context.console;
	app.register(
		(guarded, _options, done) => {
			guardConsole(guarded, signIns);
			registerSignIn(guarded, context);
			guarded.register((signedIn, _none, registered) => {
				signedIn.addHook("preHandler", requireSignIn(signIns));
				registerConsoleReads(signedIn, context);
				registerSessionReads(signedIn, context);
				registerConsoleActions(signedIn, context);
				registerSessionActions(signedIn, context);
				registerUpkeep(signedIn, context);
				registered();
			});
			done();
		},
		{ prefix: CONSOLE_PATH },
	);
}
