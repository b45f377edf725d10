// Goal: an operator ends and deletes sessions: each deed is whole, told to its players, and can be
// taken back. Method: the HTTP server over a real database, called as the console does; the
// counters are held against a recount of the stored rows after each test.
import type { SessionAudit, SessionLog } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { useConsoleStand } from "../support/console-stand.js";

const DAY_MS = 24 * 3_600_000;
const stand = useConsoleStand();

describe("ending a session", () => {
	it("[O20, O22] ends it as abandoned, tells who watches, and is no activity", async () => {
		const id = await stand().game();
		const watching = await stand().watch(id);
		const before = await stand().stats();

		const entry = await stand().operator.does(`/sessions/${id}/end`);
		expect(entry).toMatchObject({
			action: "end-session",
			subject: id,
			undo: "reopen-session",
			before: { status: "active", result: null, seq: 2, artifacts: 2 },
			after: { status: "ended", result: "abandoned", seq: 3, artifacts: 2 },
		});
		expect(await watching.next()).toMatchObject({ type: "changed", seq: 3, ended: true });
		watching.socket.close();
		expect(await stand().see(id)).toMatchObject({ status: "ended", result: "abandoned", seq: 3 });
		const after = await stand().stats();
		expect(after).toMatchObject({
			abandonedCount: Number(before["abandonedCount"]) + 1,
			latestActivityAt: before["latestActivityAt"],
			staleEndedCount: before["staleEndedCount"],
		});
		expect((await stand().play(id, "late")).body).toMatchObject({ seq: 3 });
		const { body: log } = await stand().operator.get<SessionLog>(`/sessions/${id}/log?limit=2`);
		expect(log.moves.map(({ seq, type }) => [seq, type])).toEqual([
			[3, "end"],
			[2, "spawn"],
		]);
		expect(await stand().operator.refused(`/sessions/${id}/end`)).toBe("SESSION_ENDED");
	});

	it("[O21] is undone with the time that was left, and the player plays on", async () => {
		const id = await stand().game(20);
		await stand().live(5_000);
		const before = await stand().see(id);
		expect(before.remainingSeconds).toBeLessThan(17);
		const { id: entryId } = await stand().operator.does(`/sessions/${id}/end`);
		const { replayId } = await stand().see(id);
		expect((await stand().call("GET", `/api/replays/${replayId}`)).status).toBe(200);
		await stand().live(20_000);
		const undo = await stand().operator.does(`/audit/${entryId}/undo`);
		expect(undo).toMatchObject({
			action: "reopen-session",
			before: { result: "abandoned", seq: 3 },
			after: { result: null, seq: 4 },
			undo: null,
		});
		const back = await stand().see(id);
		expect(back).toMatchObject({ status: "active", artifacts: before.artifacts, seq: 4 });
		expect(Math.abs(back.remainingSeconds - before.remainingSeconds)).toBeLessThan(1);
		expect((await stand().call("GET", `/api/replays/${replayId}`)).status).toBe(404);
		expect((await stand().play(id, "c")).body.seq).toBe(5);
		expect((await stand().end(id)).status).toBe(200);
		expect(await stand().see(id)).toMatchObject({ result: "lost" });
	});

	it("[O21] is undone once, and not when the session has gone on since", async () => {
		const id = await stand().game();
		const name = await stand().server.backUp();
		const first = await stand().operator.does(`/sessions/${id}/end`);
		await stand().operator.does(`/audit/${first.id}/undo`);
		expect(await stand().operator.refused(`/audit/${first.id}/undo`)).toBe("NOTHING_TO_UNDO");
		const second = await stand().operator.does(`/sessions/${id}/end`);
		await stand().operator.does(`/sessions/${id}/restore`, { from: name, seq: 5 });
		const { status, body } = await stand().operator.post(`/audit/${second.id}/undo`);
		expect([status, body.code]).toEqual([409, "UNDO_OUTDATED"]);
		expect(body.error).toContain("backup");
		expect((await stand().see(id)).seq).toBe(6);
	});
});

describe("deleting a session", () => {
	it("[O20, O22] hides it, ends its live connections, and takes it out of the counts", async () => {
		const id = await stand().game();
		await stand().end(id, "won");
		const { replayId } = await stand().see(id);
		const before = await stand().stats();
		const watching = await stand().watch(id);
		const entry = await stand().operator.does(`/sessions/${id}/delete`);
		expect(entry).toMatchObject({ action: "delete-session", undo: "undelete-session" });
		expect(await watching.closed).toEqual({ code: 4404, reason: "SESSION_NOT_FOUND" });
		expect((await stand().call("GET", `/api/sessions/${id}`)).body.code).toBe("SESSION_NOT_FOUND");
		expect((await stand().call("GET", `/api/replays/${replayId}`)).status).toBe(404);
		expect(await stand().stats()).toMatchObject({
			startedCount: Number(before["startedCount"]) - 1,
			lostCount: Number(before["lostCount"]) - 1,
		});
		const { body } = await stand().operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.removal).toMatchObject({ reason: "operator" });
		expect(body.entries.map(({ action }) => action)).toEqual(["delete-session"]);
		for (const deed of ["end", "delete"])
			expect(await stand().operator.refused(`/sessions/${id}/${deed}`)).toBe("SESSION_NOT_FOUND");

		await stand().operator.does(`/audit/${entry.id}/undo`);
		expect(await stand().see(id)).toMatchObject({ result: "lost", seq: 3, replayId });
		expect(await stand().stats()).toEqual(before);
		expect((await stand().call("GET", `/api/replays/${replayId}`)).status).toBe(200);
		expect(await stand().operator.refused(`/audit/${entry.id}/undo`)).toBe("NOTHING_TO_UNDO");
	});

	it("[O21] of an active one is undone with the time that was left", async () => {
		const id = await stand().game(10);
		await stand().live(3_000);
		const before = await stand().see(id);
		const entry = await stand().operator.does(`/sessions/${id}/delete`);
		// The sweep would have ended it by now.
		await stand().live(45_000);
		await stand().operator.does(`/audit/${entry.id}/undo`);
		const back = await stand().see(id);
		expect(back).toMatchObject({ status: "active", artifacts: before.artifacts, seq: 3 });
		expect(Math.abs(back.remainingSeconds - before.remainingSeconds)).toBeLessThan(1);
		expect((await stand().play(id, "c")).body.seq).toBe(4);
		// And what came back can go, and come back, once more.
		const again = await stand().operator.does(`/sessions/${id}/delete`);
		await stand().operator.does(`/audit/${again.id}/undo`);
		expect((await stand().play(id, "d")).body.seq).toBe(6);
	});

	it("[O21] can no longer be undone when what was stored is gone", async () => {
		const id = await stand().game();
		const ended = await stand().operator.does(`/sessions/${id}/end`);
		const entry = await stand().operator.does(`/sessions/${id}/delete`);
		const { code, error } = (await stand().operator.post(`/audit/${ended.id}/undo`)).body;
		expect([code, error]).toEqual(["NOTHING_TO_UNDO", expect.stringContaining("removed")]);
		stand().server.skip(8 * DAY_MS);
		await stand().signInAgain();
		await stand().server.retain();
		expect(await stand().server.query(`select 1 from sessions where session_id = '${id}'`)).toEqual(
			[],
		);
		const gone = await stand().operator.post(`/audit/${entry.id}/undo`);
		expect([gone.status, gone.body.code]).toEqual([409, "NOTHING_TO_UNDO"]);
		expect(gone.body.error).toContain("gone");
		const { body } = await stand().operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.removal).toBeNull();
		expect(body.entries.map(({ undo }) => undo)).toEqual([null, "reopen-session"]);
	});
});
