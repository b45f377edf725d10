import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { doctorFindings } from "#src/cli/crashtest/doctor-findings.js";
import { countOf, type Finding } from "#src/cli/crashtest/findings.js";
import { findFreePort } from "#src/cli/crashtest/free-port.js";
import { readLedger } from "#src/cli/crashtest/ledger-reader.js";
import { tailOf } from "#src/cli/crashtest/log-tail.js";
import { PlayerProcess } from "#src/cli/crashtest/player-process.js";
import { ServerProcess } from "#src/cli/crashtest/server-process.js";
import { verifyLive } from "#src/cli/crashtest/verify.js";
import { createDatabase } from "#src/storage/postgres-databases.js";
import { examinePostgres } from "#src/storage/postgres-doctor.js";
import { TestCluster } from "../../support/postgres/cluster.js";

export interface FailoverOptions {
	readonly players: number;
	readonly seed: number;
	/** How long the primary goes on without its standbys before it is killed. */
	readonly aloneMs: number;
	readonly testFault?: string;
}

export interface FailoverReport {
	readonly acknowledged: number;
	/** Of these, after the primary was killed. */
	readonly acknowledgedAfter: number;
	readonly lost: number;
	readonly duplicated: number;
	readonly drift: number;
	readonly findings: readonly Finding[];
	readonly unexpected: readonly string[];
	/** From the kill to the next acknowledgement. */
	readonly awayMs: number;
}

const ACKNOWLEDGED_BEFORE = 300;
const ACKNOWLEDGED_AFTER = 300;
const PATIENCE_MS = 60_000;

/**
 * Two servers on a primary with two standbys, players on both. The standbys are cut off, the
 * primary is killed, the better standby promoted; servers and players find it by themselves. Then
 * what was acknowledged is compared with what is there.
 */
export async function failOver(options: FailoverOptions): Promise<FailoverReport> {
	const directory = mkdtempSync(join(tmpdir(), "failover-"));
	const cluster = await TestCluster.start();
	const servers: ServerProcess[] = [];
	let players: PlayerProcess | null = null;
	try {
		// 1. Two servers and their players.
		const { url } = await createDatabase(cluster.urlOf("postgres"), "failover");
		const fault = options.testFault ?? "";
		const urls: string[] = [];
		for (const name of ["a", "b"]) {
			const port = await findFreePort();
			const server = new ServerProcess({
				databasePath: join(directory, "unused.sqlite"),
				databaseUrl: url,
				logPath: join(directory, `${name}.log`),
				port,
				env: { SAVEPOINT_TEST_FAULT: fault },
			});
			servers.push(server);
			urls.push(await server.start());
		}
		const ledgerPath = join(directory, "ledger");
		const { players: count, seed } = options;
		players = new PlayerProcess(
			{ urls, ledgerPath, players: count, seed },
			join(directory, "players.log"),
			() => undefined,
		);
		await reach(players, ACKNOWLEDGED_BEFORE);

		// 2. The primary is cut off from its standbys, and dies.
		cluster.cutCables();
		await sleep(options.aloneMs);
		await cluster.killPrimary();
		const killedAtMs = performance.now();
		const before = players.acknowledged;

		// 3. The better standby takes over; nobody tells the servers.
		await cluster.promote();
		await reach(players, before + 1);
		const awayMs = Math.round(performance.now() - killedAtMs);
		await reach(players, before + ACKNOWLEDGED_AFTER);
		await players.stop();

		// 4. What was acknowledged and what is there, after one more start of the servers.
		for (const server of servers) await server.kill();
		for (const server of servers) await server.start();
		const claims = await readLedger(ledgerPath);
		const told = await verifyLive(claims, urls, () => undefined);
		for (const server of servers) await server.stop();
		const findings = [...told, ...doctorFindings(await examinePostgres(url))];
		return {
			acknowledged: claims.acknowledged,
			acknowledgedAfter: claims.acknowledged - before,
			lost: countOf(findings, "lost"),
			duplicated: countOf(findings, "duplicated"),
			drift: countOf(findings, "drifted"),
			findings,
			unexpected: players.unexpected,
			awayMs,
		};
	} catch (error) {
		const tails = ["a", "b", "players"].map((name) => tailOf(join(directory, `${name}.log`)));
		throw new Error(["The failover did not come to its end.", ...tails].join("\n--\n"), {
			cause: error,
		});
	} finally {
		players?.kill();
		await Promise.all(servers.map((server) => server.kill()));
		await cluster.stop();
		rmSync(directory, { recursive: true, force: true });
	}
}

async function reach(players: PlayerProcess, acknowledged: number): Promise<void> {
	const untilMs = performance.now() + PATIENCE_MS;
	while (players.acknowledged < acknowledged) {
		if (performance.now() > untilMs)
			throw new Error(`only ${players.acknowledged} of ${acknowledged} were acknowledged in time`);
		await players.nextAcknowledged(100);
	}
}
