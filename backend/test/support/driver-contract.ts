import { describe, expect, it } from "vitest";
import type { CommitOutcome, SqlValue, WriteStatement } from "#src/storage/driver.js";
import type { StorageModule } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import type { OpenDriver, TestDriver } from "./drivers.js";

/** A table that holds one value of each kind, and statements that expect what they change. */
const insertProbe: WriteStatement = {
	sql: "insert into probe (name, amount, note) values ($1, $2, $3)",
	paramCount: 3,
	changes: 1,
};
const updateProbe: WriteStatement = {
	sql: "update probe set amount = $1 where name = $2 and amount = $3",
	paramCount: 3,
	changes: 1,
};
const sweepProbe: WriteStatement = {
	sql: "delete from probe where amount < $1",
	paramCount: 1,
	changes: "any",
};
export const PROBE: StorageModule = {
	name: "probe",
	migrations: new URL("./probe-migrations/", import.meta.url),
	statements: [insertProbe, updateProbe, sweepProbe],
};
const ALL = "select name, amount, note from probe order by name";
const THE_LARGEST = Number.MAX_SAFE_INTEGER;

class Probe {
	readonly #open: OpenDriver;
	constructor(open: OpenDriver) {
		this.#open = open;
	}
	part(statement: WriteStatement, group: number, ...params: SqlValue[]): SqlValue[] {
		return [this.#open.statements.placeOf(statement), group, ...params];
	}
	insert(group: number, name: string, amount: SqlValue = 0, note: SqlValue = null): SqlValue[] {
		return this.part(insertProbe, group, name, amount, note);
	}
	commit(...parts: SqlValue[][]): Promise<CommitOutcome> {
		return this.#open.driver.commit(parts.flat());
	}
	async names(): Promise<unknown[]> {
		return (await this.#open.driver.query(ALL)).map((row) => row["name"]);
	}
}

/** What every SqlDriver promises; see driver.ts. */
export function driverContract(kit: TestDriver): void {
	const options = { modules: [...MODULES, PROBE] };
	const open = async (place = kit.makePlace()) => {
		const opened = await kit.open(place, options);
		return { place, driver: opened.driver, probe: new Probe(opened) };
	};
	const test = (title: string, run: () => Promise<void>): void => {
		const skip = kit.skips.find((each) => title.includes(each.case));
		it.skipIf(skip !== undefined)(skip ? `${title} (skipped: ${skip.reason})` : title, run);
	};

	describe(`SqlDriver over ${kit.name}`, () => {
		test("[G2] a batch is stored whole and is there after a reopen", async () => {
			const { place, driver, probe } = await open();
			const outcome = await probe.commit(probe.insert(1, "a"), probe.insert(2, "b"));
			expect(outcome.kind).toBe("committed");
			expect(await probe.names()).toEqual(["a", "b"]);
			await driver.close();
			const again = await open(place);
			expect(await again.probe.names()).toEqual(["a", "b"]);
			await again.driver.close();
		});

		test("[G2] statements run in the order of the batch", async () => {
			const { driver, probe } = await open();
			const steps = [1, 2, 3].map((to) => probe.part(updateProbe, 7, to, "a", to - 1));
			expect((await probe.commit(probe.insert(7, "a", 0), ...steps)).kind).toBe("committed");
			expect(await driver.query(ALL)).toEqual([{ name: "a", amount: 3, note: null }]);
			await driver.close();
		});

		test("[G2] a change that breaks a constraint names its group and stores nothing", async () => {
			const { driver, probe } = await open();
			await probe.commit(probe.insert(1, "taken"));
			const outcome = await probe.commit(
				probe.insert(2, "b"),
				probe.insert(3, "taken"),
				probe.insert(4, "d"),
			);
			expect(outcome).toMatchObject({ kind: "rejected", groups: [3], code: "STORAGE_CONFLICT" });
			expect(await probe.names()).toEqual(["taken"]);
			expect((await probe.commit(probe.insert(2, "b"), probe.insert(4, "d"))).kind).toBe(
				"committed",
			);
			expect(await probe.names()).toEqual(["b", "d", "taken"]);
			await driver.close();
		});

		test("[G2] a statement that must change one row and finds none rejects its group", async () => {
			const { driver, probe } = await open();
			await probe.commit(probe.insert(1, "a", 5));
			const outcome = await probe.commit(
				probe.insert(8, "b"),
				probe.part(updateProbe, 9, 6, "a", 4),
			);
			expect(outcome).toMatchObject({ kind: "rejected", groups: [9], code: "STORAGE_CONFLICT" });
			expect(await driver.query(ALL)).toEqual([{ name: "a", amount: 5, note: null }]);
			expect((await probe.commit(probe.part(sweepProbe, 0, -1))).kind).toBe("committed");
			await driver.close();
		});

		test("[A1] a query sees nothing of a batch before it is committed", async () => {
			const { driver, probe } = await open();
			const commit = probe.commit(
				...Array.from({ length: 2_000 }, (_, at) => probe.insert(1, `n${at}`)),
			);
			const during = await probe.names();
			expect([0, 2_000]).toContain(during.length);
			await commit;
			expect(await probe.names()).toHaveLength(2_000);
			await driver.close();
		});

		test("values come back as they went in", async () => {
			const { driver, probe } = await open();
			const texts = [
				"",
				"plain",
				"ÅÄÖ ü 漢字 👾",
				"'quoted' \"twice\"",
				"line\nbreak\ttab",
				"$1 ?",
			];
			const numbers = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -THE_LARGEST, null];
			const rows = [
				...texts.map((note, at) => ({ name: `t${at}`, amount: at, note })),
				...numbers.map((amount, at) => ({ name: `x${at}`, amount, note: null })),
			];
			const parts = rows.map(({ name, amount, note }) => probe.insert(1, name, amount, note));
			expect((await probe.commit(...parts)).kind).toBe("committed");
			expect(await driver.query(ALL)).toEqual(rows);
			const [found] = await driver.query("select name from probe where amount = $1", [THE_LARGEST]);
			expect(found).toEqual({ name: "x5" });
			await driver.close();
		});

		test("[F3] unavailable while another connection writes, then takes writes again", async () => {
			const { place, driver, probe } = await open();
			await probe.commit(probe.insert(1, "before"));
			const release = await kit.holdWriteLock(place);
			const outcome = await probe.commit(probe.insert(2, "refused"));
			expect(outcome).toMatchObject({ kind: "unavailable", code: "STORAGE_BUSY" });
			expect(await probe.names()).toEqual(["before"]);
			release();
			expect((await probe.commit(probe.insert(3, "after"))).kind).toBe("committed");
			expect(await probe.names()).toEqual(["after", "before"]);
			await driver.close();
		});

		test("a query that cannot run rejects and harms nothing", async () => {
			const { driver, probe } = await open();
			await expect(driver.query("select * from nowhere")).rejects.toThrow();
			expect((await probe.commit(probe.insert(1, "a"))).kind).toBe("committed");
			expect(await probe.names()).toEqual(["a"]);
			await driver.close();
		});
	});
}
