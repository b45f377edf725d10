import { setTimeout as sleep } from "node:timers/promises";
import { SavepointError } from "../../errors.js";
import { examine } from "../../storage/doctor.js";
import { type Random, randomFrom } from "../play/bot-random.js";
import { type CrashReport, summarise } from "./crash-report.js";
import { type CrashDirectory, takeDirectory } from "./directory.js";
import { doctorFindings } from "./doctor-findings.js";
import type { Finding } from "./findings.js";
import { findFreePort } from "./free-port.js";
import { drawKill, type Kill, type UptimeRange } from "./kill-plan.js";
import { readLedger } from "./ledger-reader.js";
import { PlayerProcess } from "./player-process.js";
import { ServerProcess } from "./server-process.js";
import { verifyLive } from "./verify.js";

export interface CrashOptions {
	/** Kills while players play; one more follows before the verification. */
	readonly cycles: number;
	/** null: one below the system's temporary directory. */
	readonly directory: string | null;
	/** Sessions that are played at the same time. */
	readonly players: number;
	/** How long the server may run between its start and its kill. */
	readonly uptime: UptimeRange;
	/** Of the kills and of what is played; when a kill meets which move is up to the machine. */
	readonly seed: number;
	/** Keep the evidence of a test that passed. That of one that failed is always kept. */
	readonly keep: boolean;
	/** Aborted: everything is stopped, and the test rejects with the signal's reason. */
	readonly signal?: AbortSignal;
}

export interface CrashHooks {
	readonly onWarning?: (sentence: string) => void;
	readonly onProgress?: (progress: {
		readonly kills: number;
		readonly acknowledged: number;
	}) => void;
	/** After the last kill: sessions compared with the ledger. */
	readonly onVerified?: (done: number, total: number) => void;
}

/** How long a kill behind an acknowledgement waits for one. */
const ACKNOWLEDGEMENT_MS_MAX = 2_000;
/** A start takes about this long until one has been measured. */
const FIRST_START_MS = 400;

/**
 * Kills a server again and again while players play on it, and compares what it said was saved
 * with what is there afterwards.
 *
 * Broken promises, and a server that does not come back, are in the report. Rejects with a
 * SavepointError when the directory cannot be used; see `takeDirectory`. Leaves no process
 * behind.
 */
export async function crashTest(options: CrashOptions, hooks: CrashHooks): Promise<CrashReport> {
	const directory = takeDirectory(options.directory);
	for (const warning of directory.warnings) hooks.onWarning?.(warning);
	const port = await findFreePort();
	const server = new ServerProcess({
		databasePath: directory.database,
		logPath: directory.serverLog,
		port,
	});
	const players = new PlayerProcess(
		{
			url: `http://127.0.0.1:${port}`,
			ledgerPath: directory.ledger,
			players: options.players,
			seed: options.seed,
		},
		directory.playerLog,
		(acknowledged) => hooks.onProgress?.({ kills: run.kills, acknowledged }),
	);
	const run = new CrashRun(options, hooks, { directory, server, players });
	try {
		return await run.toItsEnd();
	} finally {
		await run.halt();
	}
}

/** One test under way. */
class CrashRun {
	readonly #options: CrashOptions;
	readonly #hooks: CrashHooks;
	readonly #directory: CrashDirectory;
	readonly #server: ServerProcess;
	readonly #players: PlayerProcess;
	readonly #random: Random;
	#startMs = FIRST_START_MS;
	#underWay: Promise<unknown> = Promise.resolve();
	#halted = false;
	kills = 0;

	constructor(
		options: CrashOptions,
		hooks: CrashHooks,
		cast: {
			readonly directory: CrashDirectory;
			readonly server: ServerProcess;
			readonly players: PlayerProcess;
		},
	) {
		this.#options = options;
		this.#hooks = hooks;
		this.#directory = cast.directory;
		this.#server = cast.server;
		this.#players = cast.players;
		this.#random = randomFrom(options.seed);
	}

	async toItsEnd(): Promise<CrashReport> {
		const beganAtMs = performance.now();
		let findings: Finding[] = [];
		let acknowledged: number | null = null;
		let failure: string | null = null;
		try {
			await this.#watched(this.#killAgainAndAgain());
			const claims = await readLedger(this.#directory.ledger);
			acknowledged = claims.acknowledged;
			findings = await this.#watched(this.#verify(claims));
			failure = this.#unexpected();
		} catch (error) {
			// Our own mistakes, and an abort, are no verdict on the server.
			if (!(error instanceof SavepointError) || error.code === "INTERNAL") throw error;
			failure = error.message;
		}
		const verdict = summarise({
			acknowledged: acknowledged ?? this.#players.acknowledged,
			findings,
			failure,
		});
		return {
			...verdict,
			kills: this.kills,
			seed: this.#options.seed,
			seconds: Math.round(performance.now() - beganAtMs) / 1000,
			warnings: this.#directory.warnings,
			evidence: this.#settleEvidence(verdict.ok),
		};
	}

	/** Ends both processes, whatever is going on. */
	async halt(): Promise<void> {
		this.#halted = true;
		this.#players.kill();
		await this.#server.kill();
		await this.#underWay;
		await this.#server.kill();
	}

	/** Ends early when a process ends that should not, or when the test is aborted. */
	#watched<T>(work: Promise<T>): Promise<T> {
		const { signal } = this.#options;
		this.#underWay = work.catch(() => {});
		const aborted = new Promise<never>((_resolve, reject) => {
			if (signal?.aborted) reject(signal.reason);
			signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
		});
		const failed = this.#players.finished.then(() => work);
		return Promise.race([work, failed, this.#server.unexpectedEnd, aborted]);
	}

	async #killAgainAndAgain(): Promise<void> {
		for (let cycle = 0; cycle < this.#options.cycles; cycle += 1) {
			await this.#oneLife(drawKill(this.#random, this.#options.uptime));
			await this.#kill();
		}
		// 1. The players finish what they have under way, so that every keyed call has its answer.
		await this.#startServer();
		await this.#players.stop();
		// 2. The last crash, right behind the last acknowledgement.
		await this.#kill();
	}

	async #oneLife(kill: Kill): Promise<void> {
		if (kill.when === "starting") {
			this.#launch();
			await sleep(kill.share * this.#startMs);
			return;
		}
		await this.#startServer();
		if (kill.when === "playing") {
			await sleep(kill.uptimeMs);
			return;
		}
		await this.#players.nextAcknowledged(ACKNOWLEDGEMENT_MS_MAX);
		await sleep(kill.uptimeMs);
		await this.#players.nextAcknowledged(ACKNOWLEDGEMENT_MS_MAX);
		await sleep(kill.behindMs);
	}

	async #startServer(): Promise<string> {
		const launchedAtMs = performance.now();
		this.#launch();
		const url = await this.#server.ready();
		this.#startMs = performance.now() - launchedAtMs;
		this.#players.serverIsUp();
		return url;
	}

	#launch(): void {
		if (this.#halted) throw new Error("The test was halted.");
		this.#server.launch();
	}

	async #kill(): Promise<void> {
		await this.#server.kill();
		this.kills += 1;
		this.#hooks.onProgress?.({ kills: this.kills, acknowledged: this.#players.acknowledged });
	}

	/** Twice, by ways that share no code: through the server, and from the file. */
	async #verify(claims: Awaited<ReturnType<typeof readLedger>>): Promise<Finding[]> {
		const url = await this.#startServer();
		const found = await verifyLive(claims, url, (done, total) =>
			this.#hooks.onVerified?.(done, total),
		);
		await this.#server.stop();
		return [...found, ...doctorFindings(await examine(this.#directory.database, {}, {}))];
	}

	#unexpected(): string | null {
		const { unexpected } = this.#players;
		return unexpected.length === 0
			? null
			: `${unexpected.length} answers that no kill explains, the first: ${unexpected[0]}`;
	}

	#settleEvidence(passed: boolean): CrashReport["evidence"] {
		const { database, ledger, serverLog } = this.#directory;
		this.#directory.close(passed);
		if (passed && !this.#options.keep) {
			this.#directory.remove();
			return null;
		}
		return { database, ledger, logs: serverLog };
	}
}
