// Goal: an operator restores a session from a backup: the difference is seen first, the deed is
// whole, and it can be taken back. Method: the HTTP server over a real database with real backups,
// called as the console does; the counters are held against a recount after each test.
import type { RestoreChoices, RestoreDiff, SessionAudit } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { useConsoleStand } from "../support/console-stand.js";

const stand = useConsoleStand();

describe("restoring a session", () => {
	it("[O20, O21, O22] shows the difference, swaps, tells who watches, and is undone", async () => {
		const id = await stand().game();
		const name = await stand().server.backUp();
		await stand().play(id, "late");
		await stand().end(id);
		const ended = await stand().see(id);
		const { body: choices } = await stand().operator.get<RestoreChoices>(`/sessions/${id}/backups`);
		expect(choices.backups[0]).toMatchObject({ name, proven: true });
		const { body: diff } = await stand().operator.get<RestoreDiff>(
			`/sessions/${id}/restore?from=${name}`,
		);
		expect(diff).toMatchObject({
			here: { seq: 4, result: "lost" },
			there: { seq: 2, result: null },
			movesAfter: 2,
			artifacts: { added: 0, removed: 1, changed: 0 },
		});
		const watching = await stand().watch(id);
		const entry = await stand().operator.does(`/sessions/${id}/restore`, { from: name, seq: 4 });
		expect(entry).toMatchObject({
			action: "restore-session",
			before: { result: "lost", seq: 4 },
			after: { result: null, seq: 5, from: name },
		});
		expect(await watching.next()).toMatchObject({ type: "changed", seq: 5, ended: false });
		watching.socket.close();
		expect((await stand().see(id)).artifacts).toHaveLength(2);
		const undo = await stand().operator.does(`/audit/${entry.id}/undo`);
		expect(undo).toMatchObject({ action: "undo-restore", after: { result: "lost", seq: 6 } });
		const { seq: _more, remainingSeconds: _passes, ...same } = ended;
		expect(await stand().see(id)).toMatchObject({ ...same, seq: 6 });
	});

	it("[O21] and its undo, as that of an end, gives no time for the server's absence", async () => {
		const id = await stand().game(30);
		const name = await stand().server.backUp();
		await stand().play(id, "late");
		for (const [path, body] of [
			["end", {}],
			["restore", { from: name, seq: 5 }],
		] as const) {
			const before = await stand().see(id);
			const entry = await stand().operator.does(`/sessions/${id}/${path}`, body);
			stand().server.skip(12_000);
			await stand().operator.does(`/audit/${entry.id}/undo`);
			const back = await stand().see(id);
			expect([path, back.artifacts.length]).toEqual([path, 3]);
			expect(Math.abs(back.remainingSeconds - before.remainingSeconds)).toBeLessThan(1);
		}
	});

	it("[O21] is not undone when the player has gone on since", async () => {
		const id = await stand().game();
		const name = await stand().server.backUp();
		await stand().play(id, "late");
		const entry = await stand().operator.does(`/sessions/${id}/restore`, { from: name, seq: 3 });
		await stand().play(id, "after");
		expect(await stand().operator.refused(`/audit/${entry.id}/undo`)).toBe("UNDO_OUTDATED");
		expect((await stand().see(id)).seq).toBe(5);
	});

	it("[O20] by the command line is in the audit log, too, and so is its undo", async () => {
		const id = await stand().game();
		const name = await stand().server.backUp();
		await stand().play(id, "late");
		await stand().server.restorer.restore(name, id, 3);
		await stand().server.restorer.undo(id, 4);
		const { body } = await stand().operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.entries).toMatchObject([
			{ action: "undo-restore", from: "command line" },
			{ action: "restore-session", after: { from: name }, undoneBy: body.entries[0]?.id },
		]);
	});

	it("[O20] refuses what is outdated, and takes no path for a backup", async () => {
		const id = await stand().game();
		const name = await stand().server.backUp();
		await stand().play(id, "quick");
		const refused = (from: string, seq: number) =>
			stand().operator.post(`/sessions/${id}/restore`, { from, seq });
		expect((await refused(name, 2)).body.code).toBe("RESTORE_OUTDATED");
		for (const from of ["latest", "..", `../backups/${name}`, "/", `./${name}`]) {
			expect((await refused(from, 3)).body.code).toBe("BACKUP_NOT_FOUND");
			const query = encodeURIComponent(from);
			const { status, body } = await stand().operator.get(`/sessions/${id}/restore?from=${query}`);
			expect([status, body.code]).toEqual([404, "BACKUP_NOT_FOUND"]);
		}
		const young = await stand().game();
		const { body } = await stand().operator.get(`/sessions/${young}/restore?from=${name}`);
		expect(body.code).toBe("RESTORE_REFUSED");
		expect((await stand().see(id)).seq).toBe(3);
	});
});
