// Goal: a finished game takes a fraction of the bytes and is still every bit of what it was.
// Method: games made by the real authority are read before and after they were packed, and the
// answers compared; what is packed and what is not is damaged on purpose; and a server packs.
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FinishedGames } from "#src/game/finished-games.js";
import { replayIdFor } from "#src/ids.js";
import type { SqlRow } from "#src/storage/driver.js";
import { logEntries, PACKED_ENTRIES_MAX } from "#src/storage/packed-log.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { DRIVERS } from "../support/drivers.js";
import {
	answerOf,
	deposit,
	end,
	lay,
	move,
	OpenStore,
	SPAWN,
	spawn,
} from "../support/open-store.js";
import { packLogs } from "../support/pack-logs.js";

const [kit] = DRIVERS;
if (kit === undefined) throw new Error("no driver");

const countsOf = async (place: string): Promise<Record<string, unknown>> => {
	const [row] = await kit.look(
		place,
		`select (select count(*) from moves) as moves, (select count(*) from move_tail) as tail,
			(select count(*) from artifacts) as artifacts, (select count(*) from packed_logs) as packed,
			(select count(*) from logs_to_pack) as listed`,
	);
	return row ?? {};
};

/** One of each kind of entry: named and unnamed, refused, with and without an id or a play time. */
async function playOne(open: OpenStore): Promise<string> {
	const { sessionId } = await open.create();
	await open.single(sessionId, SPAWN, 'a key, "quoted" \u{1f30a}');
	open.jump(700);
	await open.single(sessionId, SPAWN);
	await open.play(sessionId, [
		move("1", spawn("a"), 5),
		move("2", deposit("nobody's"), 6),
		move("3", { ...lay("a"), position: { xFixed: -1, yFixed: 1 } }),
		move("4", deposit("a"), 9_000),
	]);
	open.jump(60_000);
	await open.play(sessionId, [move("5", end("won"))]);
	return sessionId;
}

/** Everything that anybody can ask about a session. */
async function allOf(open: OpenStore, id: string) {
	const stored = await open.storage.sessions.load(id);
	const pages = [];
	for (let after = 0; after < 8; after += 3) pages.push(await open.log(id, after, 3));
	const games = new FinishedGames(open.storage.sessions);
	const key = stored?.record.key ?? 0;
	return {
		stored,
		view: await open.view(id),
		pages,
		whole: await open.log(id),
		replay: await games.find(replayIdFor(id, key)),
		resend: answerOf(await open.play(id, [move("1", spawn("a"), 5), move("2", deposit("x"))])),
	};
}

describe("a packed log", () => {
	let open: OpenStore;
	let id: string;
	let isClosed: boolean;

	beforeEach(async () => {
		isClosed = false;
		open = await OpenStore.open(kit);
		id = await playOne(open);
	});
	afterEach(async () => {
		if (!isClosed) await open.close();
	});

	const close = async (): Promise<void> => {
		await open.close();
		isClosed = true;
	};
	const packed = async (): Promise<void> => {
		const { place, nowMs } = open;
		await open.close();
		expect(packLogs(place)).toBe(1);
		open = await OpenStore.open(kit, place, { nowMs });
	};

	it("[Z1] answers every question as the rows did", async () => {
		open = await open.reopen(kit);
		const before = await allOf(open, id);
		await packed();
		expect(await allOf(open, id)).toEqual(before);
		expect(before.whole.moves).toHaveLength(7);
		expect(before.pages.map(({ next }) => next)).toEqual([3, 6, null]);
		await close();
		expect(await countsOf(open.place)).toEqual({
			moves: 0,
			tail: 0,
			artifacts: 0,
			packed: 1,
			listed: 0,
		});
		const report = await examine(open.place);
		expect(report).toMatchObject({
			verdict: "healthy",
			sessions: { examined: 1, ended: 1, moves: 7, artifacts: 3 },
		});
	});

	it("[Z1] leaves games that are played on as they are", async () => {
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("b"))]);
		await packed();
		expect(await countsOf(open.place)).toMatchObject({ moves: 1, packed: 1 });
		expect(await open.view(sessionId)).toMatchObject({ result: null, seq: 1 });
	});

	it("[Z1] a longer log than one page stays in rows", async () => {
		const { sessionId } = await open.create(600);
		const moves = Array.from({ length: PACKED_ENTRIES_MAX }, (_, at) =>
			move(`m${at}`, deposit("-")),
		);
		for (let at = 0; at < moves.length; at += 250)
			await open.play(sessionId, moves.slice(at, at + 250));
		await open.play(sessionId, [move("end", end(null))]);
		await close();
		expect(packLogs(open.place)).toBe(2);
		expect(await countsOf(open.place)).toMatchObject({ moves: PACKED_ENTRIES_MAX + 1, packed: 1 });
		expect((await examine(open.place)).verdict).toBe("healthy");
	});

	it("[Z2] is not made of a log that does not verify: doctor still names the move", async () => {
		await close();
		await kit.tamper(open.place, "update moves set recorded_at = recorded_at + 1 where seq = 4");
		expect(packLogs(open.place)).toBe(1);
		expect(await countsOf(open.place)).toMatchObject({ moves: 7, packed: 0, listed: 0 });
		const { harmedSessions } = await examine(open.place);
		expect(harmedSessions).toMatchObject([
			{ sessionId: id, reason: "move 4 does not match its hash", firstBadMove: 4 },
		]);
	});

	it("[Z2] [K9] with a byte changed harms this session, or says what it said", async () => {
		await playOne(open);
		await close();
		packLogs(open.place);
		const [row] = await kit.look(open.place, "select * from packed_logs where session_key = 1");
		const log = row?.["log"] as Uint8Array;
		expect(log.length).toBeGreaterThan(20);
		let noticed = 0;
		for (const at of log.keys()) {
			const changed = Uint8Array.from(log, (byte, place) => (place === at ? byte ^ 0x10 : byte));
			await kit.tamper(open.place, "update packed_logs set log = $1 where session_key = 1", [
				changed,
			]);
			const report = await examine(open.place, { quick: true });
			if (report.verdict === "harmed") noticed += 1;
			expect(report.sessions).toMatchObject({ examined: 2 });
			expect(report.harmedSessions.map(({ sessionKey }) => sessionKey)).toEqual(
				report.verdict === "harmed" ? [1] : [],
			);
		}
		// The last bits of the last byte mean nothing.
		expect(noticed).toBeGreaterThanOrEqual(log.length - 1);
	});

	it("[Z2] that is missing or too long harms this session only", async () => {
		await close();
		packLogs(open.place);
		await kit.tamper(open.place, "update packed_logs set seq = seq + 1");
		expect((await examine(open.place)).harmedSessions).toMatchObject([
			{ sessionId: id, reason: "the packed log does not read back" },
		]);
		await kit.tamper(open.place, "delete from packed_logs");
		expect((await examine(open.place)).harmedSessions).toMatchObject([
			{ sessionId: id, firstBadMove: 1 },
		]);
		open = await OpenStore.open(kit, open.place, { nowMs: open.nowMs });
		isClosed = false;
		expect(await open.tryView(id)).toEqual({ ok: false, code: "SESSION_HARMED" });
	});
});

describe("packing", () => {
	it("[Z3] is done by the server in its idle time", async () => {
		const open = await OpenStore.open(kit);
		const id = await playOne(open);
		const database = new Database(open.place, { readonly: true });
		const isPacked = () => database.prepare("select count(*) from packed_logs").pluck().get() === 1;
		while (!isPacked()) await new Promise((resolve) => setTimeout(resolve, 50));
		database.close();
		expect((await open.log(id)).moves).toHaveLength(7);
		await open.close();
		expect((await examine(open.place)).verdict).toBe("healthy");
	});

	it("[Z3] has a form that every later version must read", () => {
		const packed = Buffer.from(
			"izbUMTS3NDU2MTQzALsW6g9TuD8MIeJGBlDPgHWBpYwhKsxBwrhCM1opCe5pEx2wHTqmlsYI58ACEAA=",
			"base64",
		);
		const row = (seq: number, rest: SqlRow): SqlRow => ({
			session_key: 7,
			seq,
			...rest,
			hash: null,
		});
		expect(logEntries([{ session_key: 7, seq: 3, packed }])).toEqual([
			row(1, {
				move_id: "1",
				move_type: 1,
				play_ms: 5,
				recorded_at: 1_795_341_600_000,
				refusal: null,
				payload: '[100000,200000,"a"]',
			}),
			row(2, {
				move_id: null,
				move_type: 3,
				play_ms: null,
				recorded_at: 1_795_341_600_700,
				refusal: "ARTIFACT_NOT_AVAILABLE",
				payload: '["b"]',
			}),
			row(3, {
				move_id: "2",
				move_type: 4,
				play_ms: 60_000,
				recorded_at: 1_795_341_660_000,
				refusal: null,
				payload: '["lost"]',
			}),
		]);
	});

	it("[Z4] waits for the migration: a database without it is examined as it is", async () => {
		const open = await OpenStore.open(kit);
		const id = await playOne(open);
		await open.close();
		const database = new Database(open.place);
		database.exec(`drop view session_log; drop table packed_logs; drop table logs_to_pack;
			create view session_log as select * from moves;
			delete from schema_migrations where version = 3`);
		database.close();
		const report = await examine(open.place);
		expect(report.notes.join()).toContain("1 migrations are pending");
		expect(report).toMatchObject({ verdict: "healthy", sessions: { moves: 7 } });
		const again = await OpenStore.open(kit, open.place, { nowMs: open.nowMs });
		expect((await again.log(id)).moves).toHaveLength(7);
		await again.close();
		expect((await examine(open.place)).verdict).toBe("healthy");
	});
});
