import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "#src/config.js";
import { SavepointError } from "#src/errors.js";
import { SETTINGS } from "#src/settings.js";

const mistakesOf = (env: Record<string, string>): string[] => {
	try {
		readConfig(env);
	} catch (error) {
		expect(error).toBeInstanceOf(SavepointError);
		expect(error).toMatchObject({ code: "CONFIG_INVALID" });
		return (error as SavepointError).message.split("\n");
	}
	return [];
};

describe("readConfig", () => {
	it("[O1] turns the console on by a good password or a hash, never by a short one", () => {
		const hash = `scrypt:32768:8:3:${"A".repeat(22)}:${"B".repeat(43)}`;
		const access = (env: Record<string, string>) => readConfig(env).consoleAccess;
		expect(access({ SAVEPOINT_ADMIN_PASSWORD: "twelve chars" })).toEqual({
			kind: "password",
			password: "twelve chars",
		});
		expect(access({ SAVEPOINT_ADMIN_PASSWORD_HASH: hash })).toEqual({ kind: "hash", hash });
		expect(mistakesOf({ SAVEPOINT_ADMIN_PASSWORD: "eleven char" })[0]).toContain("12");
		expect(mistakesOf({ SAVEPOINT_ADMIN_PASSWORD_HASH: "secret" })[0]).not.toContain("secret");
		expect(
			mistakesOf({
				SAVEPOINT_ADMIN_PASSWORD: "twelve chars",
				SAVEPOINT_ADMIN_PASSWORD_HASH: hash,
			}),
		).toHaveLength(1);
	});

	it("needs nothing", () => {
		expect(readConfig({})).toEqual({
			port: 3333,
			host: "127.0.0.1",
			storage: {
				engine: "sqlite",
				path: resolve("data/savepoint.sqlite"),
				requireVolume: false,
				allowNetworkFileSystem: false,
				testFault: null,
			},
			backups: { everyMinutes: 60, keep: { hours: 24, days: 7, weeks: 4 } },
			writesPerMinute: 600,
			socketMessagesPerMinute: 6000,
			trustProxy: [],
			requestTimeoutMs: 30_000,
			retention: { keepMs: 30 * 86_400_000, undoMs: 7 * 86_400_000 },
			consoleAccess: { kind: "off" },
			logLevel: null,
			metricsToken: null,
		});
	});

	it("takes what it is told", () => {
		const config = readConfig({
			PORT: "0",
			HOST: "::1",
			SAVEPOINT_DB_PATH: "/var/lib/savepoint/db.sqlite",
			SAVEPOINT_WRITES_PER_MINUTE: "0",
			SAVEPOINT_TRUST_PROXY: "10.0.0.7, fd00::/8,loopback",
			SAVEPOINT_REQUEST_TIMEOUT_SECONDS: "5",
			LOG_LEVEL: "Debug",
			PATH: "/bin",
		});
		expect(config).toMatchObject({
			port: 0,
			host: "::1",
			storage: { path: "/var/lib/savepoint/db.sqlite" },
			writesPerMinute: 0,
			trustProxy: ["10.0.0.7", "fd00::/8", "loopback"],
			requestTimeoutMs: 5_000,
			logLevel: "debug",
		});
	});

	it("takes an empty value for none", () => {
		const empty = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, " "]));
		expect(readConfig({ ...empty, SAVEPOINT_TEST_FAULT: "" })).toEqual(readConfig({}));
	});

	it.each([
		[{ PORT: "65536" }, "PORT"],
		[{ PORT: "33e2" }, "PORT"],
		[{ PORT: "-1" }, "PORT"],
		[{ SAVEPOINT_WRITES_PER_MINUTE: "many" }, "SAVEPOINT_WRITES_PER_MINUTE"],
		[{ SAVEPOINT_REQUEST_TIMEOUT_SECONDS: "0" }, "from 1 to"],
		[{ LOG_LEVEL: "loud" }, "fatal, error, warn"],
		[{ SAVEPOINT_REQUIRE_VOLUME: "maybe" }, "true or false"],
		[{ SAVEPOINT_DB_PATH: "/data/" }, "path of the database file"],
		[{ SAVEPOINT_TRUST_PROXY: "true" }, "0.0.0.0/0"],
		[{ SAVEPOINT_TRUST_PROXY: "10.0.0.1,*" }, "addresses and networks"],
		[{ SAVEPOINT_TRUST_PROXY: "10.0.0.0/33" }, "10.0.0.0/33"],
		[{ SAVEPOINT_TRUST_PROXY: "1.2.3.4/8/8" }, "1.2.3.4/8/8"],
	])("says what is wrong with %j", (env, part) => {
		const mistakes = mistakesOf(env);
		expect(mistakes).toHaveLength(1);
		expect(mistakes[0]).toContain(part);
		expect(mistakes[0]).toMatch(/^[A-Z_]+ .*\.$/);
	});

	it("says all mistakes at once", () => {
		const mistakes = mistakesOf({ PORT: "x", LOG_LEVEL: "x", SAVEPOINT_TRUST_PROXY: "x" });
		expect(mistakes).toHaveLength(3);
	});

	it("knows a misspelt setting, and guesses what was meant only when it is near", () => {
		expect(mistakesOf({ SAVEPOINT_DBPATH: "x" })).toEqual([
			"SAVEPOINT_DBPATH is not a setting. Did you mean SAVEPOINT_DB_PATH?",
		]);
		expect(mistakesOf({ SAVEPOINT_COLOUR_OF_THE_SKY_TODAY: "x" })).toEqual([
			"SAVEPOINT_COLOUR_OF_THE_SKY_TODAY is not a setting. See docs/reference/configuration.md.",
		]);
	});
});

describe("the settings", () => {
	it("are the variables that are read, all of them and no others", () => {
		const read = new Set<string>();
		readConfig(
			new Proxy<Record<string, string | undefined>>(
				{},
				{
					get(_env, name) {
						read.add(String(name));
						return undefined;
					},
				},
			),
		);
		expect([...read].sort()).toEqual(Object.keys(SETTINGS).sort());
	});

	it("have the defaults that they name", () => {
		const named = Object.entries(SETTINGS).filter(([, setting]) => setting.default !== "");
		const env = Object.fromEntries(named.map(([name, setting]) => [name, setting.default]));
		expect(readConfig(env)).toEqual(readConfig({}));
	});

	it("are in the reference with default and meaning, and nothing else is", () => {
		const page = readFileSync(
			new URL("../../docs/reference/configuration.md", import.meta.url),
			"utf8",
		);
		const rows = [...page.matchAll(/^\| `(\w+)` \| (.*?) \| (.*) \|$/gm)];
		expect(rows.map(([, ...cells]) => cells)).toEqual(
			Object.entries(SETTINGS).map(([name, setting]) => [
				name,
				setting.default === "" ? "not set" : `\`${setting.default}\``,
				setting.meaning,
			]),
		);
	});
});
