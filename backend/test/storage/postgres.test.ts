// Goal: what can go wrong between a server and its database server harms nothing that was told as
// saved. Method: a real PostgreSQL, reached through a proxy that cuts the line at chosen moments,
// and clusters with unsafe settings.
import { afterAll, describe, expect, it } from "vitest";
import { DatabaseClock } from "#src/storage/postgres-clock.js";
import { connect, select, shownAddress } from "#src/storage/postgres-connection.js";
import { POSTGRES } from "../support/drivers.js";
import { answerOf, end, heal, move, OpenStore, SPAWN, spawn } from "../support/open-store.js";
import { startPostgres, type TestPostgres } from "../support/postgres/embedded.js";
import { TcpProxy } from "../support/postgres/tcp-proxy.js";

/** PostgreSQL's word for a transaction that is stored. */
const COMMITTED = "COMMIT\0";

const portOf = (place: string): number => Number(/:(\d+)\/[^/]*$/.exec(place)?.[1]);
/** The same database by another way. */
const through = (proxy: TcpProxy, place: string): string =>
	place.replace(`:${portOf(place)}/`, `:${proxy.port}/`);

async function proxied(): Promise<{ proxy: TcpProxy; place: string; direct: string }> {
	const direct = POSTGRES.makePlace();
	await (await POSTGRES.open(direct)).driver.close();
	const proxy = await TcpProxy.to(portOf(direct));
	return { proxy, place: through(proxy, direct), direct };
}

/** A cluster of this file's own, whose settings can be spoilt. */
let own: TestPostgres | null = null;
afterAll(() => own?.stop());

async function ownCluster() {
	own ??= await startPostgres();
	const place = `${own.url}/postgres`;
	const admin = connect({ url: place, max: 1, synchronousCommit: "local" });
	const set = async (setting: string, value: string): Promise<void> => {
		await admin.unsafe(`alter system set ${setting} = '${value}'`);
		await admin.unsafe("select pg_reload_conf()");
	};
	return { admin, place, set };
}

describe("what PostgreSQL must promise", () => {
	it.each([["fsync"], ["full_page_writes"]])("[P1] %s = off is refused", async (setting) => {
		const { admin, place, set } = await ownCluster();
		await set(setting, "off");
		const refused = POSTGRES.openStorage(place);
		await expect(refused).rejects.toMatchObject({ code: "STORAGE_UNSAFE_SETTINGS" });
		await expect(refused).rejects.toThrow(setting);
		// Nothing was touched.
		expect(await POSTGRES.hasTable(place, "service")).toBe(false);
		await set(setting, "on");
		await admin.end();
	});

	it("[P1] a connection asks for a synchronous commit by itself", async () => {
		const place = POSTGRES.makePlace();
		const { driver } = await POSTGRES.open(place);
		const shown = "select current_setting('synchronous_commit') as said";
		expect(await driver.query(shown)).toEqual([{ said: "on" }]);
		await driver.close();
	});

	it("an address is shown without its password", () => {
		expect(shownAddress("postgres://me:secret@db:5432/games")).toBe("postgres://me@db:5432/games");
		expect(shownAddress("postgres://me:secret@a:1,b:2/games?x=1")).toBe(
			"postgres://me@a:1,b:2/games",
		);
	});
});

describe("a commit whose outcome is not known", () => {
	it("[P2] a wait for a standby that was cut short is one, although it says COMMIT", async () => {
		const { admin, place, set } = await ownCluster();
		const { driver, statements } = await POSTGRES.open(place);
		await set("synchronous_standby_names", "nobody");
		const heartbeat = statements.all.findIndex(({ sql }) => sql.includes("update service"));
		const commit = driver.commit([heartbeat, 0, 0, 0, 0]);
		const waits = "select pid from pg_stat_activity where wait_event = 'SyncRep'";
		let pid: unknown;
		while (pid === undefined) pid = (await select(admin, waits))[0]?.["pid"];
		await admin.unsafe(`select pg_cancel_backend(${pid})`);
		expect(await commit).toMatchObject({ kind: "unsure" });
		// Nor does one count that nobody cuts short: there is an end to the waiting.
		expect(await driver.commit([heartbeat, 0, 0, 0, 0])).toMatchObject({ kind: "unsure" });
		await set("synchronous_standby_names", "");
		expect(await driver.commit([heartbeat, 0, 0, 0, 0])).toMatchObject({ kind: "committed" });
		await driver.close();
		await admin.end();
	});

	it("[P3] is told so; sent again with its key it is found, once, and counted once", async () => {
		const { proxy, place, direct } = await proxied();
		const open = await OpenStore.open(POSTGRES, place);
		let replays = 0;
		for (let round = 0; round < 5; round += 1) {
			const cut = proxy.cutNext(COMMITTED);
			const [made] = await Promise.all([open.tryCreate(60, `create${round}`), cut]);
			expect(made).toEqual({ ok: false, code: "OUTCOME_UNKNOWN" });
			await heal(open);
			const again = await open.tryCreate(60, `create${round}`);
			const { sessionId } = answerOf(again);
			// What was cut may have been a heartbeat right before it: then it was not stored.
			if (again.ok && again.replayed) replays += 1;

			const cutMove = proxy.cutNext(COMMITTED);
			const [moved] = await Promise.all([open.single(sessionId, SPAWN, "k"), cutMove]);
			expect(moved).toEqual({ ok: false, code: "OUTCOME_UNKNOWN" });
			await heal(open);
			const spawned = await open.single(sessionId, SPAWN, "k");
			if (spawned.ok && spawned.replayed) replays += 1;
			expect((await open.view(sessionId)).artifacts).toHaveLength(1);

			const cutEnd = proxy.cutNext(COMMITTED);
			const [ended] = await Promise.all([open.single(sessionId, end("lost"), "e"), cutEnd]);
			expect(ended).toEqual({ ok: false, code: "OUTCOME_UNKNOWN" });
			await heal(open);
			expect(await open.single(sessionId, end("lost"), "e")).toMatchObject({ ok: true });
		}
		expect(await open.counts()).toMatchObject({ startedCount: 5, lostCount: 5, activeCount: 0 });
		expect(replays).toBeGreaterThan(1);
		const slots = await POSTGRES.look(direct, "select slot from session_stats");
		expect(slots.length).toBeGreaterThan(10);
		await open.close();
		proxy.close();
	});
});

describe("a database that goes away", () => {
	it("[P3] 503 in time, nothing lost, play goes on by itself", async () => {
		const { proxy, place } = await proxied();
		const open = await OpenStore.open(POSTGRES, place);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		proxy.cut();
		const cutAtMs = performance.now();
		const away = await open.play(sessionId, [move("2", spawn("b"))]);
		expect(away.ok ? "" : away.code).toMatch(/^(STORAGE_AWAY|OUTCOME_UNKNOWN)$/);
		expect(await open.play(sessionId, [move("3", spawn("c"))])).toEqual({
			ok: false,
			code: "STORAGE_AWAY",
		});
		expect(performance.now() - cutAtMs).toBeLessThan(15_000);
		open.jump(30_000);
		proxy.mend();
		await heal(open);
		const moves = ["1", "2", "3"].map((id, at) => move(id, spawn("abc"[at] ?? "")));
		const { receipts } = answerOf(await open.play(sessionId, moves));
		expect(receipts[0]).toMatchObject({ applied: "before", seq: 1 });
		expect(receipts.map(({ applied }) => applied)).not.toContain("refused");
		// Time stood still meanwhile.
		expect((await open.view(sessionId)).remainingSeconds).toBeGreaterThan(59);
		await open.close();
		proxy.close();
	});
});

describe("the time", () => {
	it("[P6] is the database's: of two servers' own clocks neither counts", () => {
		const clocks = [0, 5_000, -5_000].map((skew) => {
			let monotonic = 1_000 + skew;
			const clock = new DatabaseClock(() => monotonic);
			return { clock, pass: (ms: number) => (monotonic += ms) };
		});
		for (const { clock, pass } of clocks) {
			const asked = clock.ask();
			pass(4);
			clock.agree(asked, 1_000_000);
			pass(100);
			expect(Math.abs(clock.nowMs() - 1_000_102)).toBeLessThanOrEqual(2);
			// A slow answer that leaves our time open does not make it jump.
			const before = clock.nowMs();
			const again = clock.ask();
			pass(50);
			clock.agree(again, before + 3);
			expect(clock.nowMs()).toBe(before + 50);
			// The database's clock was set: everybody follows.
			const late = clock.ask();
			pass(2);
			clock.agree(late, 9_000_000);
			expect(Math.abs(clock.nowMs() - 9_000_001)).toBeLessThanOrEqual(1);
		}
	});

	it("[P6] downtime is what no server was there for, and is added once", async () => {
		const a = await OpenStore.open(POSTGRES);
		const b = await OpenStore.open(POSTGRES, a.place);
		const { sessionId } = await a.create();
		// One lives, the other is idle: no downtime.
		for (let ms = 0; ms < 5_000; ms += 250) {
			for (const server of [a, b]) server.jump(250);
			await b.play(sessionId, [move(`tick${ms}`, spawn(`x${ms}`))]);
		}
		// The idle one learns of the others' heartbeats by its own next one.
		while (a.storage.commits.heartbeatAgeMsAt(a.nowMs) > 250)
			await new Promise((resolve) => setTimeout(resolve, 10));
		for (const server of [a, b]) expect((await server.view(sessionId)).remainingSeconds).toBe(55);
		// Nobody lives for ten seconds; both come back at once.
		for (const server of [a, b]) server.jump(10_000);
		await Promise.all([
			a.play(sessionId, [move("a", spawn("a"))]),
			b.play(sessionId, [move("b", spawn("b"))]),
		]);
		for (const server of [a, b]) {
			const { remainingSeconds } = await server.view(sessionId);
			expect(Math.abs(remainingSeconds - 55)).toBeLessThanOrEqual(0.5);
		}
		const [service] = await POSTGRES.look(a.place, "select downtime_ms from service");
		expect(Number(service?.["downtime_ms"])).toBe(10_000);
		await Promise.all([a.close(), b.close()]);
	});
});
