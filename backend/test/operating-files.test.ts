// Goal: the files that operators copy are right. Method: systemd itself reads the unit; the
// settings are held against those of the server, the proxy's headers against a real server, the
// alerts against its metrics; what cannot run here is read by the shell.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "#src/config.js";
import { ERRORS } from "#src/errors.js";
import { SHUTDOWN_GRACE_MS } from "#src/limits.js";
import { SETTINGS } from "#src/settings.js";
import { temporaryDirectory } from "./storage/fixtures/files.js";
import { blocksOf } from "./support/quickstart.js";
import { killServers, startServer } from "./support/server-process.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}docs/operating/${name}`, "utf8");

afterEach(killServers);

const UNIT = read("savepoint.service");
const inUnit = (name: string): string =>
	new RegExp(`^${name}=(.*)$`, "m").exec(UNIT)?.[1] ?? `no ${name}`;
const noSystemd = spawnSync("systemd-analyze", ["--version"]).status !== 0;
if (noSystemd) console.log("No systemd-analyze: that systemd takes the unit is not tested.");

describe("the unit of systemd", () => {
	/** With this machine's Node, in a directory of its own, as systemd looks for the program. */
	const verify = (unit: string) => {
		const path = join(temporaryDirectory(), "savepoint.service");
		writeFileSync(path, unit.replace("/usr/bin/node", process.execPath));
		return spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
	};

	it.skipIf(noSystemd)("[J4] is taken by systemd without a word about it", () => {
		const { status, stderr } = verify(UNIT);
		expect(stderr.split("\n").filter((line) => line.includes("savepoint.service"))).toEqual([]);
		expect(status).toBe(0);
	});

	it.skipIf(noSystemd)("[J4] negative control: a misspelt line would be seen", () => {
		const { stderr } = verify(UNIT.replace("TimeoutStopSec", "TimeoutStopSecs"));
		expect(stderr).toMatch(/savepoint\.service.*TimeoutStopSecs/);
	});

	it("[J4] starts again after what a start mends, and not after what needs a person", () => {
		const prevented = inUnit("RestartPreventExitStatus").split(" ").map(Number);
		const codes = [...new Set(Object.values(ERRORS).map(({ exitCode }) => exitCode))];
		expect(prevented.filter((code) => !codes.includes(code))).toEqual([]);
		for (const code of ["STORAGE_IO", "STORAGE_CORRUPT", "STORAGE_FULL", "STORAGE_BUSY"] as const)
			expect(prevented).not.toContain(ERRORS[code].exitCode);
		for (const code of ["CONFIG_INVALID", "STORAGE_LOCKED", "STORAGE_NEWER_SCHEMA"] as const)
			expect(prevented).toContain(ERRORS[code].exitCode);
	});

	it("[J4] waits longer for an end than the server takes, and runs what the build makes", () => {
		expect(Number(inUnit("TimeoutStopSec")) * 1000).toBeGreaterThan(2 * SHUTDOWN_GRACE_MS);
		const [, program = ""] = inUnit("ExecStart").split(" ");
		expect(program.replace("/opt/savepoint/", "")).toBe("backend/dist/bundle/serve.js");
	});

	it("[J4] has settings that the server takes", () => {
		const env = Object.fromEntries(
			[...read("savepoint.env").matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
				name,
				value,
			]),
		);
		expect(Object.keys(env).filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
		const config = readConfig(env);
		expect(config.trustProxy).toEqual(["loopback"]);
		expect(config.storage).toMatchObject({
			path: expect.stringContaining(`/var/lib/${inUnit("StateDirectory")}/`),
		});
	});
});

describe("what cannot run here", () => {
	it.each(["deploying.md", "upgrading.md"])(
		"[J4] in %s is at least a script that is whole",
		(page) => {
			const blocks = [
				...blocksOf(`docs/operating/${page}`, "sh systemd"),
				...blocksOf(`docs/operating/${page}`, "sh container"),
			];
			expect(blocks.length).toBeGreaterThan(0);
			for (const block of blocks) {
				const { status, stderr } = spawnSync("bash", ["-n"], { input: block, encoding: "utf8" });
				expect([status, stderr]).toEqual([0, ""]);
				for (const [path] of block.matchAll(/docs\/[\w./-]+/g))
					expect(() => readFileSync(ROOT + path)).not.toThrow();
			}
		},
	);
});

describe("the proxy", { timeout: 60_000 }, () => {
	/** What nginx fills in for a player at 7.7.7.7. */
	const VALUES: Readonly<Record<string, string>> = {
		$host: "game.example",
		$remote_addr: "7.7.7.7",
		$scheme: "https",
		$request_id: "0123456789abcdef0123456789abcdef",
	};
	const headers = Object.fromEntries(
		[...read("nginx.conf").matchAll(/proxy_set_header (\S+) (\S+);/g)].flatMap(
			([, name = "", value = ""]) => {
				const filled = VALUES[value];
				return filled === undefined ? [] : [[name.toLowerCase(), filled]];
			},
		),
	);
	const PASSWORD = "a lamp for every keeper";

	const serve = async (): Promise<string> => {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, "data"));
		const server = startServer({
			database: join(directory, "data", "game.sqlite"),
			env: {
				SAVEPOINT_TRUST_PROXY: "loopback",
				SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
				SAVEPOINT_WRITES_PER_MINUTE: "3",
			},
		});
		return server.listening();
	};
	const post = (url: string, body: unknown, more: Record<string, string>) =>
		fetch(url, { method: "POST", body: JSON.stringify(body), headers: { ...headers, ...more } });

	it("[J4] sends what the server needs: id, address, protocol and host come through", async () => {
		expect(Object.keys(headers).sort()).toEqual([
			"host",
			"x-forwarded-for",
			"x-forwarded-proto",
			"x-request-id",
		]);
		const url = await serve();
		const player = await post(`${url}/api/sessions`, {}, {});
		expect(player.headers.get("x-request-id")).toBe(VALUES["$request_id"]);
		// Each player has a limit of her own.
		for (let write = 2; write <= 3; write += 1) await post(`${url}/api/sessions`, {}, {});
		expect((await post(`${url}/api/sessions`, {}, {})).status).toBe(429);
		expect((await post(`${url}/api/sessions`, {}, { "x-forwarded-for": "8.8.8.8" })).status).toBe(
			201,
		);
	});

	it("[J4] leaves the console's cookie secure, and its own pages allowed", async () => {
		const url = await serve();
		// Node's fetch sets Host itself, so the Origin is of what it sets.
		const { host } = new URL(url);
		const more = { "x-savepoint-console": "1", origin: `https://${host}` };
		const answer = await post(`${url}/api/console/sign-in`, { password: PASSWORD }, more);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("set-cookie")).toMatch(/; Secure/);
	});

	it("[J4] keeps metrics to itself, and passes live connections on", () => {
		const text = read("nginx.conf");
		expect(text).toMatch(/location = \/metrics \{\s+return 404;/);
		expect(text).toMatch(/proxy_set_header Upgrade \$http_upgrade;/);
		expect(text).toMatch(/proxy_set_header Connection \$connection_upgrade;/);
	});
});

describe("what is watched", { timeout: 60_000 }, () => {
	it("[J4] is there: each metric of the page and of the alerts", async () => {
		const server = startServer({ database: join(temporaryDirectory(), "game.sqlite") });
		const url = await server.listening();
		await fetch(`${url}/api/sessions`, { method: "POST" });
		const shown = await (await fetch(`${url}/metrics`)).text();
		for (const file of ["monitoring.md", "prometheus-alerts.yml"]) {
			const named = new Set(read(file).match(/\b(savepoint|nodejs|process)_[a-z0-9_]+/g));
			expect(named.size).toBeGreaterThan(8);
			for (const name of named) expect(shown, name).toMatch(new RegExp(`^${name}[ {_]`, "m"));
		}
	});
});
