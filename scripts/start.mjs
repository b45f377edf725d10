import { pathToFileURL } from "node:url";
import { prepare } from "./lib/prepare.mjs";
import { ROOT } from "./lib/run.mjs";

const PARENT_CHECK_MS = 200;

// A SIGTERM to npm ends npm and its shell, and neither tells us: the server would live on unseen.
if (process.env.npm_lifecycle_event === "start") {
	const parent = process.ppid;
	const watch = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watch);
		process.kill(process.pid, "SIGTERM");
	}, PARENT_CHECK_MS);
	watch.unref();
}

await prepare();

// The server runs in this very process, as if it had been started by name: a signal, a kill -9 and
// an exit code mean the same for `npm start` as for the server itself.
const server = `${ROOT}backend/dist/bundle/serve.js`;
process.argv[1] = server;
await import(pathToFileURL(server).href);
