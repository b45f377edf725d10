// Goal: no request and no frame brings the server to a 500, an answer without a code, its end, or
// growth. Method: requests made from its own OpenAPI document, spoiled at random; then servers that
// are broken on purpose, which the same run must find. fuzz.slow.ts does it 200,000 times.
import { afterEach, describe, expect, it } from "vitest";
import { killServers } from "../support/server-process.js";
import { fuzz, summaryLine } from "./fuzz/fuzz.js";
import { startAbused } from "./support/abused-server.js";

const REQUESTS = 2_000;
const seed = Number(process.env["FUZZ_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
/** Sessions that are played, and a machine that other tests keep busy. */
const GROWTH_BYTES_MAX = 12 * 2 ** 20;
const LOOP_HELD_MS_MAX = 2_500;

afterEach(killServers);

const run = async (fault: string, requests = REQUESTS) => {
	const server = await startAbused({ env: { LOG_LEVEL: "warn", ABUSE_FAULT: fault } });
	const report = await fuzz(server, { seed, requests });
	console.log(`${fault}: ${summaryLine(report)}`);
	return { server, report };
};

describe("a few thousand requests that are almost right", () => {
	it("[X6] bring about no 500, no end, no growth, and nothing half-stored", async () => {
		const { server, report } = await run("none");
		expect(report.examples, `seed ${seed}`).toEqual([]);
		expect(report).toMatchObject({ deaths: 0, status500: 0, wrong: 0 });
		expect(report.grownBytes).toBeLessThan(GROWTH_BYTES_MAX);
		expect(report.loopHeldMs).toBeLessThan(LOOP_HELD_MS_MAX);
		await server.expectUnharmed();
	});

	it("find a 500 that one certain input brings about", async () => {
		const { report } = await run("answers-500");
		expect(report.status500).toBeGreaterThan(0);
		expect(report.examples[0]).toContain("%00");
	});

	it("find an error without a code", async () => {
		const { report } = await run("answers-without-code");
		expect(report.wrong).toBeGreaterThan(0);
	});

	it("find a server that ends", async () => {
		const { report } = await run("dies");
		expect(report.deaths).toBe(1);
	});

	it("find memory that is kept", async () => {
		const { report } = await run("leaks");
		expect(report.grownBytes).toBeGreaterThan(2 * GROWTH_BYTES_MAX);
	});

	it("find a loop that is held", async () => {
		const { report } = await run("stalls");
		expect(report.loopHeldMs).toBeGreaterThan(LOOP_HELD_MS_MAX);
	});
});
