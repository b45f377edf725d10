import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Finding } from "#src/cli/crashtest/findings.js";
import { findFreePort } from "#src/cli/crashtest/free-port.js";
import { readLedger } from "#src/cli/crashtest/ledger-reader.js";
import { PlayerProcess } from "#src/cli/crashtest/player-process.js";
import { verifyLive } from "#src/cli/crashtest/verify.js";
import { PROGRAM, runCli } from "../cli/support/run-cli.js";
import { type DoctorReport, examineFile } from "../support/examine-file.js";
import { type ProcessEnd, type ServerProcess, startServer } from "../support/server-process.js";

/**
 * A storage is moved from SQLite to PostgreSQL and back while players play on it; the move's own
 * process is killed again and again. What the players were told stands in a ledger, which was
 * synced before they went on.
 */
export interface MoveUnderPlay {
	/** Of the test alone. */
	readonly directory: string;
	/** Of an empty database. */
	readonly databaseUrl: string;
	readonly sessions: number;
	readonly active: number;
	readonly players: number;
	/** Steps of the first move at which it is killed -9, in this order. */
	readonly killsAt: readonly string[];
	readonly say?: (line: string) => void;
}

export interface MoveUnderPlayReport {
	readonly kills: number;
	/** What each of the two moves printed. */
	readonly moves: readonly MoveJson[];
	/** How the server of each source ended. */
	readonly ends: readonly ProcessEnd[];
	readonly acknowledged: number;
	/** Of the ledger, held against the last server. */
	readonly findings: readonly Finding[];
	/** What no move explains: an answer such as 500. */
	readonly unexpected: readonly string[];
	readonly doctor: DoctorReport;
}

export interface MoveJson {
	readonly tookMs: number;
	readonly heldMs: number;
	readonly copiedAgain: number;
	readonly memoryPeakBytes: number;
	readonly proof: { readonly isEqual: boolean; readonly sessions: number; readonly moves: number };
}

export async function moveUnderPlay(options: MoveUnderPlay): Promise<MoveUnderPlayReport> {
	const { directory, databaseUrl, say = () => undefined } = options;
	const database = join(directory, "game.sqlite");
	const ledgerPath = join(directory, "ledger");
	// 1. Many sessions that nobody plays, and players on some of their own.
	if (options.sessions > 0) await seed(database, options);
	const port = await findFreePort();
	const url = `http://127.0.0.1:${port}`;
	const env = { PORT: String(port), LOG_LEVEL: "warn", SAVEPOINT_BACKUP_EVERY_MINUTES: "0" };
	const onSqlite = () => startServer({ database, env });
	const onPostgres = () => startServer({ database, env: { ...env, DATABASE_URL: databaseUrl } });
	let server = onSqlite();
	await server.listening();
	const players = new PlayerProcess(
		{ urls: [url], ledgerPath, players: options.players, seed: 7 },
		join(directory, "players.log"),
		() => undefined,
	);
	const there = ["--from", database, "--to", databaseUrl];
	const back = ["--from", databaseUrl, "--to", database];
	const moves: MoveJson[] = [];
	const ends: ProcessEnd[] = [];
	let kills = 0;
	try {
		await players.nextAcknowledged(10_000);
		// 2. There, with kills.
		for (const step of options.killsAt) {
			await killAt(there, step);
			kills += 1;
			say(`killed -9 at "${step}"`);
			const before = players.acknowledged;
			await players.nextAcknowledged(10_000);
			if (players.acknowledged === before) throw new Error(`no play after the kill at ${step}`);
		}
		moves.push(await moveThrough(there, say));
		ends.push(await endOf(server));
		server = onPostgres();
		await server.listening();
		players.serverIsUp();
		await players.nextAcknowledged(10_000);
		// 3. And back.
		moves.push(await moveThrough(back, say));
		ends.push(await endOf(server));
		server = onSqlite();
		await server.listening();
		players.serverIsUp();
		await players.nextAcknowledged(10_000);
		await players.stop();
		// 4. Everything that was ever told as saved.
		const claims = await readLedger(ledgerPath);
		const findings = await verifyLive(claims, [url], () => undefined);
		await server.stop();
		return {
			kills,
			moves,
			ends,
			acknowledged: claims.acknowledged,
			// The counters hold more than what these players did; doctor recounts them.
			findings: findings.filter(({ kind }) => kind !== "drifted"),
			unexpected: players.unexpected,
			doctor: await examineFile(database),
		};
	} finally {
		players.kill();
		await server.kill();
	}
}

async function seed(database: string, { sessions, active }: MoveUnderPlay): Promise<void> {
	const args = ["--db", database, "--sessions", `${sessions}`, "--active", `${active}`];
	const { exitCode, stderr } = await runCli(["seed", ...args]);
	if (exitCode !== 0) throw new Error(stderr);
}

/** Starts the move and kills it as soon as it says that it has come to this step. */
async function killAt(args: readonly string[], step: string): Promise<void> {
	const child = spawn(process.execPath, [PROGRAM, "move", ...args, "--json"]);
	let said = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		said += text;
		if (said.includes(step)) child.kill("SIGKILL");
	});
	const signal = await ended(child);
	if (signal !== "SIGKILL") throw new Error(`The move ended before it came to "${step}": ${said}`);
}

const ended = async (child: ChildProcess): Promise<unknown> => (await once(child, "close"))[1];

async function moveThrough(
	args: readonly string[],
	say: (line: string) => void,
): Promise<MoveJson> {
	const { exitCode, stdout, stderr } = await runCli(["move", ...args, "--json"]);
	if (exitCode !== 0) throw new Error(`The move ended with ${exitCode}: ${stdout}${stderr}`);
	say(stdout.trim());
	return JSON.parse(stdout) as MoveJson;
}

/** The server of a source ends by itself. */
async function endOf(server: ServerProcess): Promise<ProcessEnd> {
	const late = new Promise<never>((_, reject) => {
		setTimeout(() => reject(new Error(`The server goes on:\n${server.err}`)), 20_000).unref();
	});
	return Promise.race([server.ended, late]);
}
