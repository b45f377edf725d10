import type { FastifyInstance } from "fastify";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Savepoint</title>
<style>
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem }
body { margin: 4rem auto; padding: 0 1rem }
</style>
<h1>Savepoint</h1>
<p>This server keeps game sessions: what it has answered is on its disk.</p>
<ul>
<li><a href="/docs">The calls, with a form to try each</a></li>
<li><a href="/health">Is it well?</a></li>
<li><a href="/api/sessions/stats">How many sessions, and how they ended</a></li>
</ul>
</html>
`;

/** What a person sees who opens the printed address. */
export function registerHome(app: FastifyInstance): void {
	app.get("/", {
		schema: { hide: true },
		handler: (_request, reply) => reply.type("text/html; charset=utf-8").send(PAGE),
	});
}
