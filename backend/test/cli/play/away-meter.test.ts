import { describe, expect, test } from "vitest";
import { AwayMeter } from "#src/cli/play/away-meter.js";

/** What the meter said, in order. */
function meterWithLog(patienceMs: { readonly first: number; readonly later: number }) {
	const log: string[] = [];
	let givenUp: (everAnswered: boolean) => void = () => {};
	const patienceEnded = new Promise<boolean>((resolve) => {
		givenUp = resolve;
	});
	const meter = new AwayMeter({
		firstPatienceMs: patienceMs.first,
		patienceMs: patienceMs.later,
		onAway: () => log.push("away"),
		onBack: () => log.push("back"),
		onGivenUp: (everAnswered) => givenUp(everAnswered),
	});
	return { meter, log, patienceEnded };
}

describe("the away meter", () => {
	test("[V5] one absence counts once, however many attempts and bots meet it", () => {
		const { meter, log } = meterWithLog({ first: 60_000, later: 60_000 });
		meter.answer();
		meter.noAnswer();
		meter.noAnswer();
		meter.answer();
		meter.answer();
		expect(meter.times).toBe(1);
		meter.noAnswer();
		meter.stop();
		expect(meter.times).toBe(2);
		expect(log).toEqual(["away", "back", "away"]);
	});

	test("[V5] a server that never answered has the first patience", async () => {
		const { meter, patienceEnded } = meterWithLog({ first: 5, later: 60_000 });
		meter.noAnswer();
		expect(await patienceEnded).toBe(false);
	});

	test("[V5] a server that has answered has the later patience", async () => {
		const { meter, patienceEnded } = meterWithLog({ first: 60_000, later: 5 });
		meter.answer();
		meter.noAnswer();
		expect(await patienceEnded).toBe(true);
	});
});
