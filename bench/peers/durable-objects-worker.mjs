import { newGame, setStatus, spawn } from "./game.mjs";

/** Runs inside workerd. An answer leaves an object only when what it wrote is stored. */
const KEY = "game";
const json = (value, status = 200) => Response.json(value, { status });

export class GameSession {
	constructor(state, { LEVEL }) {
		this.storage = state.storage;
		this.level = LEVEL;
		this.game = null;
	}

	async fetch(request) {
		const [, , , sessionId, call] = new URL(request.url).pathname.split("/");
		if (call === "create") {
			this.game = newGame(sessionId, this.level);
			this.storage.put(KEY, this.game);
			return json(this.game, 201);
		}
		this.game ??= (await this.storage.get(KEY)) ?? null;
		if (this.game === null) return json({ error: "unknown session" }, 404);
		if (call === undefined) return json(this.game);
		const answer = this.apply(call, await request.json());
		if (answer === null) return json({ error: "unknown artifact" }, 404);
		this.storage.put(KEY, this.game);
		return json({ ...answer, seq: this.game.seq });
	}

	apply(call, body) {
		if (call === "spawn") return { artifact: spawn(this.game, body) };
		return setStatus(this.game, body) ? { ok: true } : null;
	}
}

export const worker = {
	fetch(request, { SESSIONS }) {
		const [, , , named] = new URL(request.url).pathname.split("/");
		const sessionId = named ?? crypto.randomUUID();
		const object = SESSIONS.get(SESSIONS.idFromName(sessionId));
		if (named !== undefined) return object.fetch(request);
		return object.fetch(new Request(`http://object/api/sessions/${sessionId}/create`));
	},
};
