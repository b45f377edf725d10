// Goal: nobody gets around a limit, or to another place, by what a header or a name says. Method:
// the HTTP server over a real database, called with false headers; backups, asked for by odd names.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findBackup } from "#src/operations/resolve-backup.js";
import { runCli } from "../cli/support/run-cli.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";

const PASSWORD = "correct horse battery";
const CONSOLE = { "x-savepoint-console": "1" };

describe("a header that lies", { timeout: 60_000 }, () => {
	let server: SqliteApp | null = null;
	afterEach(async () => {
		await server?.close();
		server = null;
	});

	async function lockedAfter(settings: Record<string, string>): Promise<number> {
		server = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD, ...settings });
		for (let tried = 1; tried <= 7; tried += 1) {
			const answer = await server.app.inject({
				method: "POST",
				url: "/api/console/sign-in",
				remoteAddress: "8.8.8.8",
				headers: {
					...CONSOLE,
					"x-forwarded-for": `10.0.0.${tried}`,
					forwarded: `for=10.0.0.${tried}`,
					"x-real-ip": `10.0.0.${tried}`,
				},
				payload: { password: "a wrong one" },
			});
			if (answer.statusCode === 429) return tried;
		}
		return Number.POSITIVE_INFINITY;
	}

	it("[X43] about the sender's address does not lift the lock of the console", async () => {
		expect(await lockedAfter({})).toBe(6);
	});

	it("[X43] negative control: a trusted proxy's word is believed", async () => {
		expect(await lockedAfter({ SAVEPOINT_TRUST_PROXY: "8.8.8.8" })).toBe(Number.POSITIVE_INFINITY);
	});

	it("[X43] about the host is not believed: no answer is built of it", async () => {
		server = await makeSqliteApp();
		const { app } = server;
		const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
		for (const url of ["/", "/docs/json", "/health", "/console"]) {
			const { payload, headers: answered } = await app.inject({ url, headers });
			expect(payload + JSON.stringify(answered)).not.toContain("evil.example");
		}
		const broken = await app.inject({ url: "/health", headers: { host: "a b{" } });
		expect([broken.statusCode, broken.json().code]).toEqual([400, "BAD_REQUEST"]);
	});
});

describe("a name that leads elsewhere", { timeout: 60_000 }, () => {
	const names = ["../elsewhere", "..", ".", "/etc", "x/../../elsewhere", "..%2felsewhere", "\0"];

	it("[X42] is the name of no backup", () => {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, "backups"));
		mkdirSync(join(directory, "elsewhere"));
		writeFileSync(join(directory, "elsewhere", "manifest.json"), "{}");
		for (const name of names)
			expect(() => findBackup(join(directory, "backups"), name)).toThrow(
				expect.objectContaining({ code: "BACKUP_NOT_FOUND" }),
			);
	});

	it("[X42] is taken by no command, and makes no file", async () => {
		const database = join(temporaryDirectory(), "game.sqlite");
		for (const from of ["../../etc/passwd", "/etc/passwd", "/etc"]) {
			const { exitCode } = await runCli(["restore", from, "--db", database]);
			expect(exitCode).toBe(65);
		}
		expect((await runCli(["stats", "--db", database])).exitCode).toBe(66);
	});
});
