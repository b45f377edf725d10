// Goal: as fuzz.test.ts, 200,000 times. By hand, with a seed that was printed:
// FUZZ_SEED=1 FUZZ_REQUESTS=5000 npm run test:slow -- backend/test/abuse/fuzz.slow.ts
import { afterEach, expect, it } from "vitest";
import { killServers } from "../support/server-process.js";
import { fuzz, summaryLine } from "./fuzz/fuzz.js";
import { startAbused } from "./support/abused-server.js";

const REQUESTS = 200_000;
/** Less than a hundred bytes for each request after the warm-up. */
const GROWTH_BYTES_MAX = 12 * 2 ** 20;
const LOOP_HELD_MS_MAX = 2_500;

const seed = Number(process.env["FUZZ_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
const requests = Number(process.env["FUZZ_REQUESTS"] ?? REQUESTS);

afterEach(killServers);

it(`[X6] ${requests} requests and their frames find nothing`, async () => {
	const server = await startAbused({ env: { LOG_LEVEL: "warn" } });
	const report = await fuzz(server, { seed, requests });
	console.log(summaryLine(report));
	console.log(JSON.stringify(report.statuses));
	expect(report.examples, `seed ${seed}\n${server.process.err.slice(-4_000)}`).toEqual([]);
	expect(report).toMatchObject({ deaths: 0, status500: 0, wrong: 0 });
	expect(report.grownBytes).toBeLessThan(GROWTH_BYTES_MAX);
	expect(report.loopHeldMs).toBeLessThan(LOOP_HELD_MS_MAX);
	await server.expectUnharmed();
});
