// Goal: work that shares a name never overlaps, other work does, and a failure holds up nobody.
// Method: work that ends when the test says so.
import { describe, expect, it } from "vitest";
import { Turns } from "#src/game/turns.js";

function makeWork() {
	const log: string[] = [];
	const ends = new Map<string, (fails: boolean) => void>();
	const work = (name: string) => () => {
		log.push(`${name} begins`);
		return new Promise<string>((resolve, reject) => {
			ends.set(name, (fails) => {
				log.push(`${name} ends`);
				if (fails) reject(new Error(name));
				else resolve(name);
			});
		});
	};
	return { log, work, end: (name: string, fails = false) => ends.get(name)?.(fails) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("turns", () => {
	it("keep the order under a shared name, and let others go on", async () => {
		const { log, work, end } = makeWork();
		const turns = new Turns();
		const all = [
			turns.take(["x"], work("1")),
			turns.take(["x", "y"], work("2")),
			turns.take(["y"], work("3")),
			turns.take(["z"], work("4")),
			turns.take([], work("5")),
		];
		await turn();
		expect([...log].sort()).toEqual(["1 begins", "4 begins", "5 begins"]);
		end("4");
		end("5");
		end("1", true);
		await expect(all[0]).rejects.toThrow("1");
		await turn();
		expect(log.slice(-1)).toEqual(["2 begins"]);
		end("2");
		await turn();
		expect(log.slice(-2)).toEqual(["2 ends", "3 begins"]);
		end("3");
		expect(await Promise.all(all.slice(1))).toEqual(["2", "3", "4", "5"]);
	});
});
