// Goal: an operator sees what the server does, and nobody else does. Method: a real server on
// SQLite is played on and scraped; documentation and dashboard are compared with what it shows.
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFakeApp } from "../support/fake-app.js";
import { makeSqliteApp } from "../support/sqlite-app.js";

const read = (path: string): string =>
	readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const scrape = async (app: FastifyInstance): Promise<string> => {
	const { statusCode, headers, payload } = await app.inject("/metrics");
	expect(statusCode).toBe(200);
	expect(headers["content-type"]).toContain("text/plain");
	return payload;
};
/** Sum of all samples whose line begins like this. */
const sumOf = (text: string, start: string): number =>
	text
		.split("\n")
		.filter((line) => line.startsWith(start))
		.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);

describe("metrics", () => {
	let open: Awaited<ReturnType<typeof makeSqliteApp>>;
	beforeEach(async () => {
		open = await makeSqliteApp();
	});
	afterEach(() => open.close());

	it("[I1] [I3] tell what was played and committed, and nothing of who played", async () => {
		const { app } = open;
		const created = await app.inject({ method: "POST", url: "/api/sessions" });
		const { sessionId } = created.json();
		const url = `/api/sessions/${sessionId}/moves`;
		const moves = [
			{ id: "secret-move", type: "spawn", artifactId: "secret-name", x: 1, y: 2 },
			{ id: "m2", type: "deposit", artifactId: "nobody" },
		];
		await app.inject({ method: "POST", url, payload: { moves } });
		await app.inject({ method: "POST", url, payload: { moves } });
		await app.inject("/nowhere");
		await app.inject(`/api/sessions/${sessionId.replaceAll(/./g, "0")}`);
		const text = await scrape(app);
		const requests = "savepoint_http_requests_total";
		expect(sumOf(text, `${requests}{method="POST",route="/api/sessions/:id/moves",`)).toBe(2);
		expect(sumOf(text, `${requests}{method="GET",route="/api/sessions/:id",status="4xx"}`)).toBe(1);
		expect(sumOf(text, `${requests}{method="any",route="unmatched",status="4xx"}`)).toBe(1);
		expect(sumOf(text, 'savepoint_moves_total{outcome="applied"}')).toBe(1);
		expect(sumOf(text, 'savepoint_moves_total{outcome="refused"}')).toBe(1);
		expect(sumOf(text, 'savepoint_moves_total{outcome="replayed"}')).toBe(2);
		expect(sumOf(text, "savepoint_sessions_active ")).toBe(1);
		const commits = sumOf(text, "savepoint_commits_total ");
		expect(commits).toBeGreaterThanOrEqual(2);
		expect(sumOf(text, "savepoint_commit_duration_seconds_count ")).toBe(commits);
		expect(sumOf(text, 'savepoint_commit_duration_seconds_bucket{le="+Inf"}')).toBe(commits);
		expect(sumOf(text, "savepoint_commit_duration_seconds_sum ")).toBeGreaterThan(0);
		expect(sumOf(text, "savepoint_committed_changes_total ")).toBe(
			sumOf(text, "savepoint_commit_batch_changes_sum "),
		);
		expect(sumOf(text, "savepoint_storage_trouble")).toBe(0);
		// Nothing of a player, also not of one who asked for a path of her own.
		for (const secret of [sessionId, "secret", "nowhere", "nobody"])
			expect(text).not.toContain(secret);
	});

	it("[I1] are listed in the reference, each of them and no other", async () => {
		const shown = [...(await scrape(open.app)).matchAll(/^# TYPE (savepoint_\w+) (\w+)$/gm)];
		const listed = [
			...read("docs/reference/metrics.md").matchAll(/^\| `(savepoint_\w+)` \| (\w+) /gm),
		];
		const names = (found: RegExpMatchArray[]) => found.map(([, name, kind]) => `${name} ${kind}`);
		expect(names(listed).sort()).toEqual(names(shown).sort());
	});

	it("[I1] are all that the dashboard asks for", async () => {
		const text = await scrape(open.app);
		const dashboard = read("docs/operating/grafana-dashboard.json");
		const asked = new Set(dashboard.match(/\b(savepoint|nodejs|process)_\w+/g));
		expect(asked.size).toBeGreaterThan(10);
		for (const name of asked) expect(text, name).toMatch(new RegExp(`^${name}[ {]`, "m"));
	});
});

describe("who may read metrics", () => {
	const token = "a token of many characters";
	const statusOf = async (
		metricsToken: string | null,
		headers: Record<string, string>,
		remoteAddress = "127.0.0.1",
	): Promise<number> => {
		const { app } = await makeFakeApp({ metricsToken });
		const { statusCode } = await app.inject({ url: "/metrics", headers, remoteAddress });
		await app.close();
		return statusCode;
	};

	it.each([
		["this machine", {}, "127.0.0.1", 200],
		["this machine, by IPv6", {}, "::1", 200],
		["another machine", {}, "10.0.0.7", 404],
		["a proxy of this machine", { "x-forwarded-for": "127.0.0.1" }, "127.0.0.1", 404],
		["a proxy that says so otherwise", { forwarded: "for=127.0.0.1" }, "127.0.0.1", 404],
	])("[I2] without a token: %s", async (_who, headers, address, status) => {
		expect(await statusOf(null, headers as Record<string, string>, address)).toBe(status);
	});

	it.each([
		["whoever shows it", { authorization: `Bearer ${token}` }, "10.0.0.7", 200],
		["this machine without it", {}, "127.0.0.1", 404],
		["a part of it", { authorization: `Bearer ${token.slice(0, -1)}` }, "127.0.0.1", 404],
	])("[I2] with a token: %s", async (_who, headers, address, status) => {
		expect(await statusOf(token, headers as Record<string, string>, address)).toBe(status);
	});
});
