// Goal: downtime is the sum of the gaps between durable heartbeats, counted once. Method: a model
// that adds the gaps up.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DOWNTIME_GAP_MS } from "#src/limits.js";
import { Downtime } from "#src/storage/downtime.js";

const from = (heartbeatAtMs: number, downtimeMs = 0) => new Downtime({ heartbeatAtMs, downtimeMs });

describe("downtime", () => {
	it("[K6] a gap counts whole, but only when it is longer than two intervals", () => {
		const downtime = from(1_000, 50);
		expect(downtime.totalMsAt(1_000 + DOWNTIME_GAP_MS)).toBe(50);
		expect(downtime.totalMsAt(1_001 + DOWNTIME_GAP_MS)).toBe(51 + DOWNTIME_GAP_MS);
	});

	it("[K6] a clock that is set back stops the time of the sessions, and takes none of it", () => {
		const downtime = from(10_000, 50);
		const uptimeMsAt = (nowMs: number): number => nowMs - downtime.totalMsAt(nowMs);
		const uptimeMs = uptimeMsAt(10_000);
		expect(uptimeMsAt(4_000)).toBe(uptimeMs);
		downtime.confirm(downtime.beat(4_000));
		expect(uptimeMsAt(4_000)).toBe(uptimeMs);
		expect(uptimeMsAt(4_300)).toBe(uptimeMs + 300);
	});

	it("[K6] a heartbeat that was not stored changes nothing", () => {
		const downtime = from(0);
		downtime.beat(10_000);
		expect(downtime.beat(20_000)).toEqual({ atMs: 20_000, downtimeMs: 20_000, expectedAtMs: 0 });
	});

	it("[K6] whichever heartbeats were stored, the total is the sum of the long gaps", () => {
		const moment = fc.record({ afterMs: fc.integer({ min: 0, max: 2_000 }), stored: fc.boolean() });
		fc.assert(
			fc.property(fc.array(moment), (moments) => {
				const downtime = from(0);
				let [nowMs, beatAtMs, sumMs] = [0, 0, 0];
				for (const { afterMs, stored } of moments) {
					nowMs += afterMs;
					const gapMs = nowMs - beatAtMs;
					const openMs = gapMs > DOWNTIME_GAP_MS ? gapMs : 0;
					expect(downtime.totalMsAt(nowMs)).toBe(sumMs + openMs);
					const beat = downtime.beat(nowMs);
					if (!stored) continue;
					downtime.confirm(beat);
					sumMs += openMs;
					beatAtMs = nowMs;
					expect(downtime.totalMsAt(nowMs)).toBe(sumMs);
				}
			}),
		);
	});
});
