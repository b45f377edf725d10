// Goal: a schema goes forward in whole steps, after a proven copy, or nothing is touched. Method:
// modules with migrations of their own, a kill between two of them, and histories that this version
// cannot explain.
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import {
	type Migration,
	migrate,
	pendingMigrations,
	readMigrations,
} from "#src/storage/migrate.js";
import type { StorageModule } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { DRIVERS } from "../support/drivers.js";
import { move, OpenStore, spawn } from "../support/open-store.js";
import { SOUVENIRS } from "../support/souvenirs/souvenir-repo.js";
import { runFixture, snapshot, temporaryDirectory } from "./fixtures/files.js";

/** A module whose migrations are these files. */
function moduleOf(files: Readonly<Record<string, string>>): StorageModule {
	const directory = temporaryDirectory();
	for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
	return { name: "made", migrations: pathToFileURL(`${directory}/`), statements: [] };
}
const sum = (text: unknown): string => createHash("sha256").update(`${text}`).digest("hex");
const known = (version: number, checksum = sum(version)): Migration => ({
	version,
	name: "any",
	checksum,
	script: "",
});
const codeOf = (run: () => unknown): unknown => {
	try {
		run();
	} catch (error) {
		return (error as { code?: unknown }).code;
	}
	return null;
};

describe("migrations as files", () => {
	it("are read in order of their numbers, each engine its own, others left alone", () => {
		const module = moduleOf({
			"000002-b.sql": "b",
			"000001-a.sqlite.sql": "a for sqlite",
			"000001-a.postgres.sql": "a for postgres",
			"README.md": "no migration",
		});
		const names = (engine: "sqlite" | "postgres") =>
			readMigrations([module], engine).map(({ version, script }) => [version, script]);
		expect(names("sqlite")).toEqual([
			[1, "a for sqlite"],
			[2, "b"],
		]);
		expect(names("postgres")).toEqual([
			[1, "a for postgres"],
			[2, "b"],
		]);
	});

	it("two of one number are a programmer's error, also over modules", () => {
		const [one, other] = [moduleOf({ "000001-a.sql": "" }), moduleOf({ "000001-b.sql": "" })];
		expect(() => readMigrations([one, other], "sqlite")).toThrow(/two migrations/);
	});

	it("[M2] newer, missing and changed are told apart", () => {
		const past = (version: number, checksum = sum(version)) => ({
			...known(version, checksum),
			appliedAtMs: 1,
		});
		expect(pendingMigrations([known(1), known(2)], [past(1)])).toEqual([known(2)]);
		expect(codeOf(() => pendingMigrations([known(1)], [past(1), past(2)]))).toBe(
			"STORAGE_NEWER_SCHEMA",
		);
		expect(codeOf(() => pendingMigrations([known(1), known(3)], [past(1), past(2)]))).toBe(
			"STORAGE_MIGRATION_MISSING",
		);
		expect(codeOf(() => pendingMigrations([known(1)], [past(1, sum("another script"))]))).toBe(
			"STORAGE_MIGRATION_CHANGED",
		);
	});

	it("[M1] the copy comes before the first step, and not where nothing can be lost", async () => {
		const steps: string[] = [];
		const driver = (history: readonly number[]) => ({
			engine: "sqlite" as const,
			select: async () =>
				history.map((version) => ({ version, name: "any", checksum: sum(version), applied_at: 1 })),
			applyMigration: async (script: string) => void (script && steps.push(script)),
			backup: async (label: string) => {
				steps.push(label);
				return `/copies/${label}`;
			},
		});
		const all = [1, 2, 3].map((version) => ({ ...known(version), script: `step ${version}` }));
		expect((await migrate(driver([]), all, () => 1)).backup).toBeNull();
		expect(steps.splice(0)).toEqual(["step 1", "step 2", "step 3"]);
		const report = await migrate(driver([1]), all, () => 1);
		expect(report.backup).toBe("/copies/before-migration-2");
		expect(steps.splice(0)).toEqual(["before-migration-2", "step 2", "step 3"]);
		expect((await migrate(driver([1, 2, 3]), all, () => 1)).applied).toEqual([]);
		expect(steps).toEqual([]);
	});
});

describe.each(DRIVERS)("migrations on $name", (kit) => {
	const HISTORY = "select version, name, applied_at from schema_migrations order by version";
	const OURS = readMigrations(MODULES, "sqlite").map(({ version }) => version);
	/** A database with a session in it, closed. */
	async function filled(): Promise<string> {
		const open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		await open.close();
		return open.place;
	}

	it("[M1] each is recorded with version, name, checksum and time", async () => {
		const place = await filled();
		const rows = await kit.look(place, "select * from schema_migrations");
		expect(rows.slice(0, 3)).toMatchObject([
			{ version: 1, name: "sessions" },
			{ version: 2, name: "high-scores" },
			{ version: 3, name: "packed-logs" },
		]);
		expect(rows[0]?.["checksum"]).toMatch(/^[0-9a-f]{64}$/);
		expect(rows[0]?.["applied_at"]).toBeGreaterThan(Date.UTC(2026, 0));
	});

	it("[M1] one that fails leaves nothing of itself, and it can be mended", async () => {
		const place = await filled();
		const good = "create table good (id integer primary key)";
		const broken = moduleOf({
			"000801-good.sql": good,
			"000802-broken.sql":
				"create table half (id integer primary key); create table half (id integer)",
		});
		await expect(kit.open(place, { modules: [...MODULES, broken] })).rejects.toThrow();
		expect((await kit.look(place, HISTORY)).map((row) => row["version"])).toEqual([...OURS, 801]);
		expect(await kit.hasTable(place, "half")).toBe(false);
		const mended = moduleOf({
			"000801-good.sql": good,
			"000802-broken.sql": "create table half (id integer)",
		});
		const { driver } = await kit.open(place, { modules: [...MODULES, mended] });
		expect(await driver.query(HISTORY)).toHaveLength(OURS.length + 2);
		await driver.close();
	});

	// A database server is backed up by its own tools; docs/operating/upgrading.md says when.
	it.skipIf(kit.isShared)(
		"[M1] existing data is copied first, and the copy holds it all",
		async () => {
			const place = await filled();
			const { driver } = await kit.open(place, { modules: [...MODULES, SOUVENIRS] });
			await driver.close();
			const directory = join(dirname(place), "backups");
			const copies = readdirSync(directory);
			expect(copies).toHaveLength(1);
			const copy = join(directory, copies[0] ?? "");
			expect(copy).toMatch(/before-migration-900-.*\.sqlite$/);
			expect((await kit.look(copy, HISTORY)).map((row) => row["version"])).toEqual(OURS);
			const all = "select * from sessions s join session_log l on l.session_key = s.session_key";
			expect(await kit.look(copy, all)).toEqual(await kit.look(place, all));
		},
	);

	it("[M1] a kill between two migrations: the next start goes on where it stopped", async () => {
		const place = await filled();
		// The second step never ends by itself; the process is killed while it runs.
		const endless =
			"with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
		const first = "create table first (id integer primary key)";
		const files = moduleOf({ "000801-first.sql": first, "000802-second.sql": endless });
		const child = runFixture("../../support/migrate-forever.mjs", [place, files.migrations.href]);
		expect(await child.line()).toBe("migrating");
		const isThere = () => kit.hasTable(place, "first");
		while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5));
		await child.kill();
		const mended = moduleOf({
			"000801-first.sql": first,
			"000802-second.sql": "create table second (id integer primary key)",
		});
		const { driver } = await kit.open(place, { modules: [...MODULES, mended] });
		expect((await driver.query(HISTORY)).map((row) => row["version"])).toEqual([...OURS, 801, 802]);
		await driver.close();
	});

	it.each([
		[
			"newer",
			"insert into schema_migrations values (999, 'later', 'x', 1)",
			"STORAGE_NEWER_SCHEMA",
		],
		["changed", "update schema_migrations set checksum = 'x'", "STORAGE_MIGRATION_CHANGED"],
		[
			"missing",
			`update schema_migrations set version = 0, checksum = '${sum("gone")}' where version = 1`,
			"STORAGE_MIGRATION_MISSING",
		],
	])(
		"[M2] a history that is %s is refused, and every file stays as it is",
		async (_what, sql, code) => {
			const place = await filled();
			await kit.tamper(place, sql);
			const everything = async () =>
				kit.isShared ? await kit.look(place, HISTORY) : snapshot(dirname(place));
			const before = await everything();
			await expect(kit.openStorage(place)).rejects.toMatchObject({ code });
			expect(await everything()).toEqual(before);
		},
	);
});
