// Goal: a kill at any call that changes a file costs nothing that was acknowledged, and leaves the
// second start nothing to repair. Method: strace kills a first start, an ordinary one, a migration,
// commits, folding, a checkpoint and a clean end at every such call, one run each; a ledger of what
// was answered and doctor judge what the next start has.
import { beforeAll, describe, expect, it } from "vitest";
import { straceMissing } from "./strace.js";
import { type Life, makeLives, makeLongLife } from "./sweep/lives.js";
import { cutOff, emptySwept, planTargets, type Swept, summary } from "./sweep/sweep.js";

const LIVES = 4;

describe.skipIf(straceMissing !== null)("the sweep over every system call", () => {
	let lives: Life[] = [];
	const whole = emptySwept();
	beforeAll(async () => {
		lives = [...(await makeLives()), await makeLongLife()];
	});

	for (let at = 0; at < LIVES; at += 1)
		it(`[A1] [F1] [M1] life ${at + 1}: nothing is lost at any N`, async () => {
			const life = lives[at];
			if (life === undefined) throw new Error("there is no such life");
			const swept = await sweepWhole(life);
			console.log(`${life.name}: ${summary(swept)}`);
			whole.calls += swept.calls;
			whole.kills += swept.kills;
			whole.failures.push(...swept.failures);
			whole.repairs.push(...swept.repairs);
			expect(swept.failures).toEqual([]);
			expect(swept.repairs).toEqual([]);
			expect(swept.kills).toBeGreaterThan(50);
		});

	it("[A1] in sum", () => {
		expect(lives).toHaveLength(LIVES);
		console.log(summary(whole));
		expect([...whole.failures, ...whole.repairs]).toEqual([]);
	});
});

async function sweepWhole(life: Life): Promise<Swept> {
	const swept = emptySwept();
	for (const target of await planTargets(life)) {
		for (let number = 1; number <= target.count; number += 1)
			await cutOff(life, target, number, swept);
		console.log(`${life.name}, ${target.call} 1 to ${target.count}: ${summary(swept)}`);
	}
	return swept;
}
