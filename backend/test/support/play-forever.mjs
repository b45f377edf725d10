// Plays on a storage of its own until it is killed, and prints each move's session and seq once it
// was acknowledged: what a client would know.

import { SessionStore } from "#src/game/session-store.js";
import { newId } from "#src/ids.js";
import { openStorage } from "#src/storage/open.js";
import { configOf } from "./fixture-config.mjs";

const [, , path] = process.argv;
const log = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const storage = await openStorage({
	config: configOf(path),
	log,
	now: Date.now,
	onLost: (code) => process.exit(code.length),
});
const store = new SessionStore({
	repository: storage.sessions,
	commits: storage.commits,
	log,
	now: Date.now,
	newId,
	newSeed: () => 7,
	localDay: () => 20261122,
	cachedSessionsMax: 2,
});

const call = (run) =>
	new Promise((resolve, reject) => {
		run({ send: resolve, fail: reject });
	});

async function playOne() {
	const { sessionId } = await call((sink) =>
		store.create({ durationSeconds: 60, key: null }, sink),
	);
	for (let next = 1; ; next += 1) {
		const body = { type: "spawn", artifactId: `a${next}`, xFixed: next, yFixed: 0 };
		const moves = [{ id: String(next), atMs: null, body }];
		const { seq } = await call((sink) => store.play(sessionId, moves, sink));
		process.stdout.write(`${sessionId} ${seq}\n`);
	}
}
await Promise.all([playOne(), playOne(), playOne(), playOne()]);
