import { readFileSync } from "node:fs";
import { Miniflare } from "miniflare";
import { drawLevel } from "./level.mjs";

/**
 * Durable Objects on this machine: one object for each session, its storage in SQLite.
 * `node durable-objects.mjs <directory>`
 */
const source = (name) => ({
	type: "ESModule",
	path: name,
	contents: readFileSync(new URL(name, import.meta.url), "utf8"),
});

/** workerd asks for a default export, which the house style does not have. */
const entry = {
	type: "ESModule",
	path: "entry.mjs",
	contents: 'export { GameSession, worker as default } from "./durable-objects-worker.mjs";',
};

const miniflare = new Miniflare({
	modules: [entry, source("durable-objects-worker.mjs"), source("game.mjs")],
	host: "127.0.0.1",
	port: 0,
	// Otherwise it asks Cloudflare where it is.
	cf: false,
	compatibilityDate: "2026-04-01",
	durableObjects: { SESSIONS: { className: "GameSession", useSQLite: true } },
	durableObjectsPersist: process.argv[2],
	bindings: { LEVEL: drawLevel(1) },
});
console.log(`listening on ${(await miniflare.ready).origin}`);
