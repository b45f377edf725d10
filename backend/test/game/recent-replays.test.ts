// Goal: a replay is read once while it is asked for, few are kept, and a failure is not.
// Method: a source that counts, and answers when the test says so.
import type { Replay } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { SavepointError } from "#src/errors.js";
import { RecentReplays } from "#src/game/recent-replays.js";

const replay = (id: string, moves: number) =>
	({ id, moves: Array.from({ length: moves }, (_, seq) => ({ seq })) }) as unknown as Replay;

function makeSource() {
	const asked: string[] = [];
	let fails = false;
	const find = async (id: string): Promise<Replay> => {
		asked.push(id);
		await new Promise((resolve) => setImmediate(resolve));
		if (fails) throw new SavepointError("REPLAY_NOT_FOUND");
		return replay(id, Number(id.slice(1)));
	};
	return {
		asked,
		find,
		fail(now: boolean) {
			fails = now;
		},
	};
}

describe("replays that were asked for", () => {
	it("are read once, also by many at once", async () => {
		const source = makeSource();
		const replays = new RecentReplays(source, 100);
		const [a, b] = await Promise.all([replays.find("a1"), replays.find("a1")]);
		expect(a).toBe(b);
		expect(await replays.find("a1")).toBe(a);
		expect(source.asked).toEqual(["a1"]);
	});

	it("go when the moves are too many, least recently asked for first", async () => {
		const source = makeSource();
		const replays = new RecentReplays(source, 10);
		for (const id of ["a4", "b4", "a4", "c4"]) await replays.find(id);
		source.asked.length = 0;
		for (const id of ["a4", "c4", "b4"]) await replays.find(id);
		expect(source.asked).toEqual(["b4"]);
	});

	it("are given out also when one alone is too long to keep", async () => {
		const source = makeSource();
		const replays = new RecentReplays(source, 10);
		expect((await replays.find("a11")).moves).toHaveLength(11);
		await replays.find("a11");
		expect(source.asked).toEqual(["a11", "a11"]);
	});

	it("are read again after a failure", async () => {
		const source = makeSource();
		const replays = new RecentReplays(source, 10);
		source.fail(true);
		await expect(replays.find("a1")).rejects.toThrow("Replay not found");
		source.fail(false);
		expect((await replays.find("a1")).id).toBe("a1");
	});
});
