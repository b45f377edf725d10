import { pathToFileURL } from "node:url";
import { prepare } from "./lib/prepare.mjs";
import { ROOT } from "./lib/run.mjs";

await prepare();

// The server runs in this very process, as if it had been started by name: a signal, a kill -9 and
// an exit code mean the same for `npm start` as for the server itself.
const server = `${ROOT}backend/dist/server.js`;
process.argv[1] = server;
await import(pathToFileURL(server).href);
