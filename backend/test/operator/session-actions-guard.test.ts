// Goal: whoever else is there, an operator's deeds are right: another operator, a player, a
// stranger. Method: calls at once against the HTTP server over a real database; the counters are
// held against a recount after each test, which must see a mark that does not count.
import type { SessionAudit, SessionLog } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { useConsoleStand } from "../support/console-stand.js";
import { PASSWORD } from "../support/operator.js";
import { makeSqliteApp } from "../support/sqlite-app.js";

const stand = useConsoleStand();

describe("at once", () => {
	const codes = async (...calls: Promise<{ status: number; body: { code?: string } }>[]) =>
		(await Promise.all(calls)).map(({ status, body }) => body.code ?? String(status)).sort();

	it("[O21] of two operators one wins, and the other is told so", async () => {
		const id = await stand().game();
		const twice = (path: string) => codes(stand().operator.post(path), stand().operator.post(path));
		expect(await twice(`/sessions/${id}/end`)).toEqual(["200", "SESSION_ENDED"]);
		const { body } = await stand().operator.get<SessionAudit>(`/sessions/${id}/audit`);
		const undo = `/audit/${body.entries[0]?.id}/undo`;
		expect(await twice(undo)).toEqual(["200", "NOTHING_TO_UNDO"]);
		expect(await twice(`/sessions/${id}/delete`)).toEqual(["200", "SESSION_NOT_FOUND"]);
		const [latest] = (await stand().operator.get<SessionAudit>(`/sessions/${id}/audit`)).body
			.entries;
		expect(await twice(`/audit/${latest?.id}/undo`)).toEqual(["200", "NOTHING_TO_UNDO"]);
		const both = await codes(
			stand().operator.post(`/sessions/${id}/end`),
			stand().operator.post(`/sessions/${id}/delete`),
		);
		expect(both).toEqual(["200", "200"]);
	});

	it("[O22] a player and an operator: what comes behind the deletion changes nothing", async () => {
		const ids = await Promise.all(Array.from({ length: 24 }, () => stand().game()));
		const deeds = ids.map(async (id, at) => {
			const deletion = at % 3 === 0 ? null : stand().operator.post(`/sessions/${id}/delete`);
			const players = [stand().play(id, "x"), stand().end(id, "won"), stand().play(id, "y")];
			const late = deletion ?? stand().operator.post(`/sessions/${id}/delete`);
			await Promise.all([late, ...players]);
			return (await late).status;
		});
		expect(new Set(await Promise.all(deeds))).toEqual(new Set([200]));
		for (const id of ids) expect((await stand().see(id)).code).toBe("SESSION_NOT_FOUND");
		const marks = await stand().server.query("select session_key from removed_sessions");
		expect(marks.length).toBeGreaterThanOrEqual(24);
	});

	it("[O20] negative control: a mark that does not count is seen by the recount", async () => {
		const other = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
		await other.app.inject({ method: "POST", url: "/api/sessions" });
		other.tamper(
			`insert into removed_sessions
			select session_key, session_id, 'operator', 0, 1e15 from sessions`,
		);
		const { stored, counted } = await other.recount();
		expect(stored).not.toEqual(counted);
		await other.close();
	});
});

describe("the log and the guard", () => {
	it("[O24] the log is paged from its end without a gap or a repetition", async () => {
		const id = await stand().game();
		for (let at = 0; at < 5; at += 1) await stand().play(id, `more-${at}`);
		const seen: number[] = [];
		let after = "";
		do {
			const { body } = await stand().operator.get<SessionLog>(
				`/sessions/${id}/log?limit=3${after}`,
			);
			seen.push(...body.moves.map(({ seq }) => seq));
			after = body.next === null ? "" : `&after=${body.next}`;
		} while (after !== "");
		expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
		const { body } = await stand().operator.get<SessionAudit>("/sessions/nobody/audit");
		expect(body).toEqual({ entries: [], next: null, removal: null });
	});

	it("[O1, O3] no action is taken without a sign-in, nor from another site", async () => {
		const id = await stand().game();
		const { cookie } = stand().operator;
		const actions = [`sessions/${id}/end`, `sessions/${id}/delete`, `sessions/${id}/restore`];
		for (const path of actions) {
			const post = async (headers: Record<string, string>) => {
				const request = { method: "POST", url: `/api/console/${path}`, headers } as const;
				const { status, text } = await stand().send({ ...request, body: { from: "x", seq: 2 } });
				return [status, JSON.parse(text).code];
			};
			const console = { "x-savepoint-console": "1" };
			expect(await post(console)).toEqual([401, "SIGN_IN_REQUIRED"]);
			expect(await post({ cookie })).toEqual([403, "FORGED_REQUEST"]);
			expect(await post({ cookie, ...console, origin: "https://evil.example" })).toEqual([
				403,
				"FORGED_REQUEST",
			]);
		}
		for (const path of ["log", "audit", "backups", "restore?from=x"]) {
			const url = `/api/console/sessions/${id}/${path}`;
			expect((await stand().send({ method: "GET", url, headers: {} })).status).toBe(401);
		}
		expect(await stand().see(id)).toMatchObject({ status: "active", seq: 2 });
	});
});
