// One whole life of a storage: open, play, fold, close. Says each acknowledgement as soon as it is
// one; whoever runs it kills it somewhere on the way.
import { writeSync } from "node:fs";
import { SessionStore } from "#src/game/session-store.js";
import { newId } from "#src/ids.js";
import { openStorage } from "#src/storage/open.js";
import { FIRST_KEY, moveAt, SECOND_KEY } from "./script.mjs";

const [, , path, options] = process.argv;
const { moves, fillBytes, rests, testFault } = JSON.parse(options);
const say = (line) => writeSync(1, `${line}\n`);
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet };

const storage = await openStorage({
	config: {
		engine: "sqlite",
		path,
		requireVolume: false,
		allowNetworkFileSystem: false,
		testFault,
	},
	log,
	now: Date.now,
	onLost: (code) => {
		say(`lost ${code}`);
		process.exit(1);
	},
});
const store = new SessionStore({
	repository: storage.sessions,
	commits: storage.commits,
	log,
	now: Date.now,
	newId,
	newSeed: () => 7,
	localDay: () => 20261122,
});
const call = (run) => new Promise((send, fail) => run({ send, fail }));
const create = async (key) => {
	const made = await call((sink) => store.create({ durationSeconds: 600, key }, sink));
	say(`created ${key} ${made.sessionId}`);
	return made.sessionId;
};

// 1. A session that stays active. Moves that a kill has cut off are sent again with their ids.
const sessionId = await create(FIRST_KEY);
for (let number = 1; ; number += 1) {
	if (fillBytes === null && number > moves) break;
	if (fillBytes !== null && storage.driver.gauges().walBytes >= fillBytes) break;
	const { receipts } = await call((sink) => store.play(sessionId, [moveAt(number)], sink));
	say(`stored ${receipts[0].id} ${receipts[0].seq}`);
}
if (fillBytes !== null) {
	say("filled");
	await new Promise((resolve) => setTimeout(resolve, 600_000));
}
// 2. One that ends, for the counters.
const ended = await create(SECOND_KEY);
const body = { type: "end", claim: null };
await call((sink) => store.single(ended, { body, key: "the-end" }, sink));
say("stored the-end 1");
// 3. The log's tail is folded while nobody plays, or at the latest by the end.
const tail = "select count(*) as count from move_tail";
while (rests && (await storage.driver.query(tail))[0].count > 0)
	await new Promise((resolve) => setTimeout(resolve, 50));
await store.close();
await storage.close();
say("closed");
