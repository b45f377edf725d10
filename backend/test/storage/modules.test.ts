// Goal: user story 3. A kind of data that the storage has never heard of joins a database full of
// sessions, and nothing that was there changes. Method: the placeholder module in
// support/souvenirs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MovesPage, Session } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { DRIVERS } from "../support/drivers.js";
import { deposit, end, lay, move, OpenStore, spawn } from "../support/open-store.js";
import { SOUVENIRS, SouvenirRepo } from "../support/souvenirs/souvenir-repo.js";

const SESSIONS_COUNT = 60;
const modules = [...MODULES, SOUVENIRS];

/** Sessions in every state: active and ended in each way, with refused and keyed moves. */
async function fill(open: OpenStore): Promise<string[]> {
	const ids: string[] = [];
	for (let at = 0; at < SESSIONS_COUNT; at += 1) {
		const { sessionId } = await open.create(10 + at);
		ids.push(sessionId);
		await open.play(sessionId, [
			move("1", spawn("a", at, at), at),
			move("2", at % 2 === 0 ? lay("a") : deposit("a")),
			move("3", deposit("unknown")),
		]);
		if (at % 4 > 0)
			await open.single(sessionId, end(([null, "won", "lost"] as const)[at % 3] ?? null));
	}
	return ids;
}

async function seen(open: OpenStore, ids: readonly string[]) {
	const sessions: (readonly [Session, MovesPage])[] = [];
	for (const id of ids) sessions.push([await open.view(id), await open.log(id)]);
	return { sessions, counts: await open.counts() };
}

const told = (run: (waiter: { committed(): void; failed(error: Error): void }) => void) =>
	new Promise<void>((committed, failed) => run({ committed, failed }));

describe.each(DRIVERS)("[U3] a new kind of data on $name", (kit) => {
	it("[U3] leaves every session, every log and the statistics as they were", async () => {
		const before = await OpenStore.open(kit);
		const ids = await fill(before);
		const was = await seen(before, ids);
		const open = await before.reopen(kit, { modules });
		expect(await seen(open, ids)).toEqual(was);
		// It stores and reads its own, in the same line as the sessions.
		const souvenirs = new SouvenirRepo(open.storage);
		const souvenir = { place: 1, words: ["ÅÄÖ", "", "'"], takenAtMs: open.nowMs };
		await told((waiter) => souvenirs.keep(7, souvenir, waiter));
		await expect(told((waiter) => souvenirs.keep(7, souvenir, waiter))).rejects.toMatchObject({
			code: "STORAGE_CONFLICT",
		});
		const again = await open.reopen(kit, { modules });
		expect(await new SouvenirRepo(again.storage).of(7)).toEqual([souvenir]);
		expect(await seen(again, ids)).toEqual(was);
		await again.close();
	});

	it("[U3, M2] a release without it refuses the database instead of losing it", async () => {
		const open = await OpenStore.open(kit, kit.makePlace(), { modules });
		await open.close();
		await expect(kit.openStorage(open.place)).rejects.toMatchObject({
			code: "STORAGE_NEWER_SCHEMA",
		});
	});
});

describe("[U3] the placeholder", () => {
	it("[U3] is named in no file of the server: the list of modules is all that differs", () => {
		const source = fileURLToPath(new URL("../../src/", import.meta.url));
		const naming = readdirSync(source, { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".ts") || name.endsWith(".sql"))
			.filter((name) => /souvenir/i.test(readFileSync(join(source, name), "utf8")));
		expect(naming).toEqual([]);
	});

	it("a statement of a module that is not listed is a programmer's error", () => {
		const [statement] = SOUVENIRS.statements;
		expect(statement && new StatementList(modules).placeOf(statement)).toBeGreaterThan(0);
		expect(() => statement && new StatementList(MODULES).placeOf(statement)).toThrow(
			/no listed module/,
		);
	});
});
