// Goal: a chart is well-formed, says the same in words, and marks what is durable. Method: names
// that would break XML, and a peer of each kind.
import { describe, expect, it } from "vitest";
import { drawPeers } from "../dist/peers/peer-chart.js";
import type { MeasuredPeer } from "../dist/peers/peer-result.js";
import { formatPeers } from "../dist/peers/peer-table.js";
import { escapeXml } from "../dist/report/svg.js";
import { drawSoak } from "../dist/soak/soak-chart.js";
import { formatSoak } from "../dist/soak/soak-table.js";

const machine = {
	cpu: "Some <CPU> & more",
	cores: 2,
	memoryGiB: 4,
	node: "v20",
	fsyncP50Ms: 1,
	fsyncP99Ms: 2,
	load: 0,
};
const survival = {
	kills: 1,
	acknowledged: 1000,
	missing: 0,
	sessionsLost: 0,
	startFailed: null,
};
const peer = (name: string, waitsForSync: boolean | null): MeasuredPeer => ({
	name,
	asked: "a call",
	isOurs: false,
	failed: null,
	movesPerSecond: 1000,
	p99Ms: 5,
	survival,
	waitsForSync,
});

describe("the chart of the peers", () => {
	const skipped = { name: "Gone", asked: "a call", failed: "not installed" };
	const svg = drawPeers(machine, [peer('A & "B"', true), peer("C", false), skipped]);

	it("escapes what XML would read", () => {
		expect(escapeXml("<a & 'b'>\u0000")).toBe("&lt;a &amp; &apos;b&apos;&gt;");
		expect(svg).toContain("A &amp; &quot;B&quot;");
		expect(svg).not.toMatch(/<CPU>|& /);
	});

	it("marks the durable ones, and says so in words", () => {
		expect(svg.match(/<rect[^>]*class="durable"/g)).toHaveLength(2);
		expect(svg.match(/<rect[^>]*class="lossy"/g)).toHaveLength(2);
		expect(svg).toContain("C: 1,000 a second, answered before it is on disk.");
		expect(svg).toMatch(/role="img" aria-labelledby="title description"/);
	});

	it("draws no bar for what was not measured; the table has the reason", () => {
		expect(svg).not.toContain("Gone");
		expect(formatPeers([skipped])).toContain("skipped: not installed");
	});
});

describe("the soak", () => {
	const sample = (atSeconds: number) => ({
		atSeconds,
		residentBytes: 2 ** 20 * (100 + atSeconds),
		walBytes: 2 ** 20,
		loopDelayP99Ms: 3,
		syncP99Ms: null,
		movesPerSecond: 500,
		batchP99Ms: 4,
	});
	const samples = Array.from({ length: 20 }, (_, at) => sample(at));

	it("shows the start beside the end", () => {
		expect(formatSoak(samples)).toContain("| Resident memory | 101 MiB | 119 MiB | 119 MiB |");
	});

	it("draws four panels, and none of what the server does not tell", () => {
		const svg = drawSoak(machine, samples, "Soak");
		expect(svg.match(/<polyline/g)).toHaveLength(3);
		expect(svg).toContain("the server does not tell");
	});
});
