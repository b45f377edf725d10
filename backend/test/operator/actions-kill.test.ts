// Goal: after a kill -9 an operator's deed is there with its entry in the audit log and its place
// in the counters, or none of the three is. Method: the real server as a process, killed while
// operators end, delete and undo; what is stored then is held against the entries, and doctor
// recounts. A server that answers before it stores must be found out.
import { join } from "node:path";
import type { AuditLine, Session, SessionAudit } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqlRow } from "#src/storage/driver.js";
import { logEntries } from "#src/storage/packed-log.js";
import { decodeMoveType } from "#src/storage/serializers.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { DRIVERS } from "../support/drivers.js";
import { Operator, type Send } from "../support/operator.js";
import { killServers, type ServerProcess, startServer } from "../support/server-process.js";
import { testDirectory } from "../support/storage.js";

const PASSWORD = "correct horse battery";
const ROUNDS = 3;
const SESSIONS = 8;
/** Each round is a start and a kill of a whole server. */
const TIMEOUT_MS = 180_000;
const kit = DRIVERS[0];

const sendTo =
	(url: string): Send =>
	async ({ method, url: path, headers, body }) => {
		const answer = await fetch(`${url}${path}`, {
			method,
			headers: { ...headers },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const cookie = answer.headers.get("set-cookie");
		return { status: answer.status, text: await answer.text(), cookie };
	};

describe("operators and kill -9", { timeout: TIMEOUT_MS }, () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	beforeEach(async () => {
		directory = await testDirectory();
		database = join(directory.path, "savepoint.sqlite");
	});
	afterEach(async () => {
		await killServers();
		await directory.remove();
	});

	async function start(fault: string): Promise<[ServerProcess, Send]> {
		const env = {
			LOG_LEVEL: "silent",
			SAVEPOINT_TEST_FAULT: fault,
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
		};
		const server = startServer({ database, env });
		return [server, sendTo(await server.listening())];
	}

	async function games(send: Send): Promise<string[]> {
		const make = async () => {
			const request = { method: "POST", headers: {} } as const;
			const body = { requestedDurationSeconds: 600 };
			const { text } = await send({ ...request, url: "/api/sessions", body });
			const { sessionId } = JSON.parse(text) as Session;
			const url = `/api/sessions/${sessionId}/spawn`;
			await send({ ...request, url, body: { x: 1, y: 1 } });
			return sessionId;
		};
		return Promise.all(Array.from({ length: SESSIONS }, make));
	}

	/** Ends, deletes and undoes without a pause until the server is gone. */
	async function busy(
		operator: Operator,
		id: string,
		{ told, isHonest }: { told: (line: AuditLine) => void; isHonest: boolean },
	): Promise<void> {
		try {
			for (;;) {
				const { body } = await operator.get<SessionAudit>(`/sessions/${id}/audit`);
				const [last] = body.entries;
				const open = body.entries.find(({ undo }) => undo !== null);
				const path =
					open !== undefined
						? `/audit/${open.id}/undo`
						: `/sessions/${id}/${last?.action === "reopen-session" ? "delete" : "end"}`;
				const { status, body: answer } = await operator.post(path);
				if (status === 200) told(answer.entry);
				// The control's server tells more than it has stored, and contradicts itself.
				else if (isHonest) throw new Error(`${path}: ${answer.error}`);
			}
		} catch (error) {
			// fetch says so when the server is gone.
			if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
		}
	}

	async function killAgainAndAgain(fault = ""): Promise<void> {
		if (kit === undefined) throw new Error("no engine to test");
		const acknowledged: AuditLine[] = [];
		let [server, send] = await start(fault);
		let operator = await Operator.signIn(send, PASSWORD);
		const ids = await games(send);
		for (let round = 0; round < ROUNDS; round += 1) {
			let answers = 0;
			const told = (line: AuditLine) => {
				acknowledged.push(line);
				answers += 1;
				if (answers === 12 + 9 * round) void server.kill();
			};
			await Promise.all(ids.map((id) => busy(operator, id, { told, isHonest: fault === "" })));
			await server.kill();
			// 1. What was acknowledged is in the log, and each entry with what it tells of.
			const stored = await kit.look(database, "select * from audit_log order by audit_id");
			const storedIds = new Set(stored.map((row) => row["audit_id"]));
			expect(acknowledged.filter((line) => !storedIds.has(line.id))).toEqual([]);
			for (const id of ids) await demandWhole(id, stored, (sql) => kit.look(database, sql));
			// 2. Nothing else is wrong.
			const report = await examine(database);
			expect([report.drift, report.damage, report.harmedSessions]).toEqual([[], [], []]);
			[server, send] = await start(fault);
			operator = operator.by(send);
		}
		await server.stop();
		expect(acknowledged.length).toBeGreaterThan(ROUNDS * 12);
	}

	it("[O23] a deed and its entry are both there or neither", () => killAgainAndAgain());

	it("[O23] negative control: a server that answers before it stores is found out", async () => {
		await expect(killAgainAndAgain("answer-before-commit")).rejects.toThrow(/equal \[\]/);
	});
});

/** What is stored of a session is what its entries, one after the other, have made of it. */
async function demandWhole(
	id: string,
	entries: readonly SqlRow[],
	look: (sql: string) => Promise<SqlRow[]>,
): Promise<void> {
	const own = entries.filter(({ subject }) => subject === id);
	const open = own.filter((row) => row["undone_by"] === null).map(({ action }) => action);
	const [session] = await look(`select * from sessions where session_id = '${id}'`);
	const key = Number(session?.["session_key"]);
	// 1. The session's own state.
	expect([id, session?.["result"]]).toEqual([
		id,
		open.includes("end-session") ? "abandoned" : null,
	]);
	const marks = await look(`select 1 from removed_sessions where session_key = ${key}`);
	expect([id, marks.length]).toEqual([id, open.includes("delete-session") ? 1 : 0]);
	// 2. As many entries in its log as the audit log tells of.
	const rows = await look(`select * from session_log where session_key = ${key} order by seq`);
	const log = logEntries(rows).map((row) => decodeMoveType(row["move_type"]));
	const told = (...actions: string[]) =>
		own.filter(({ action }) => actions.includes(String(action))).length;
	expect([id, log.filter((type) => type === "end").length]).toEqual([id, told("end-session")]);
	expect([id, log.filter((type) => type === "reopened").length]).toEqual([
		id,
		told("reopen-session", "undelete-session"),
	]);
}
