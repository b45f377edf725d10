import { randomInt, randomUUID } from "node:crypto";
import Database from "better-sqlite3";
import fastify from "fastify";
import { newGame, setStatus, spawn } from "./game.mjs";
import { drawLevel } from "./level.mjs";

/**
 * The common home-made way: each session one row of JSON, read and written whole by every call, on
 * the event loop. `node fastify-sqlite.mjs <database> [pragma…]`
 */
const SEEDS = 2 ** 32;
const [path, ...pragmas] = process.argv.slice(2);
const database = new Database(path);
for (const pragma of pragmas) database.pragma(pragma);
database.exec("create table if not exists sessions (id text primary key, json text not null)");
const insert = database.prepare("insert into sessions (id, json) values (?, ?)");
const update = database.prepare("update sessions set json = ? where id = ?");
const select = database.prepare("select json from sessions where id = ?");

const app = fastify();
// Bodies are JSON whatever they call themselves; `fetch` says text/plain.
app.removeAllContentTypeParsers();
app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) =>
	done(null, body === "" ? null : JSON.parse(body)),
);

/** Reads the session, changes it and writes it back; 404 when there is none. */
function change(request, reply, apply) {
	const row = select.get(request.params.id);
	if (row === undefined) return reply.code(404).send({ error: "unknown session" });
	const game = JSON.parse(row.json);
	const answer = apply(game);
	if (answer === null) return reply.code(404).send({ error: "unknown artifact" });
	update.run(JSON.stringify(game), game.sessionId);
	return reply.send({ ...answer, seq: game.seq });
}

app.post("/api/sessions", (_request, reply) => {
	const game = newGame(randomUUID(), drawLevel(randomInt(SEEDS)));
	insert.run(game.sessionId, JSON.stringify(game));
	return reply.code(201).send(game);
});
app.post("/api/sessions/:id/spawn", (request, reply) =>
	change(request, reply, (game) => ({ artifact: spawn(game, request.body) })),
);
app.post("/api/sessions/:id/artifact-status", (request, reply) =>
	change(request, reply, (game) => (setStatus(game, request.body) ? { ok: true } : null)),
);
app.get("/api/sessions/:id", (request, reply) => {
	const row = select.get(request.params.id);
	if (row === undefined) return reply.code(404).send({ error: "unknown session" });
	return reply.type("application/json").send(row.json);
});

console.log(`listening on ${await app.listen({ port: 0, host: "127.0.0.1" })}`);
