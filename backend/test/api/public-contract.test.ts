// Goal: what strangers may read and post is as the contract has it. Method: every call over the
// real authority and a database of its own, whose clock the test moves on.
import { afterAll, beforeAll, describe } from "vitest";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";
import { ContractCaller } from "./contract-caller.js";
import { highScoresContract } from "./contract-high-scores.js";
import { replaysContract } from "./contract-replays.js";

describe("HTTP contract of high scores and replays: SQLite", () => {
	let subject: SqliteApp;
	let caller: ContractCaller;
	beforeAll(async () => {
		subject = await makeSqliteApp();
		caller = new ContractCaller(subject.app);
	});
	afterAll(() => subject.close());

	for (const contract of [highScoresContract, replaysContract])
		contract(
			() => caller,
			(ms) => subject.skip(ms),
		);
});
