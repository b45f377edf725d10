import { runProcess } from "./exit.js";
import { startServer } from "./server.js";

/**
 * The server's process, whole. `scripts/bundle.mjs` makes one file of it and of all that it
 * imports, which starts in a third of the time that hundreds of files take.
 */
await runProcess(() => startServer(process.env));
