import { setTimeout as sleep } from "node:timers/promises";
import { SavepointError } from "../../errors.js";
import { type Random, randomFrom } from "../play/bot-random.js";
import { type CrashReport, summarise } from "./crash-report.js";
import type { Finding } from "./findings.js";
import { type CrashGround, groundOnFile, groundOnServer, type SharedDatabase } from "./ground.js";
import { drawKill, type Kill, type UptimeRange } from "./kill-plan.js";
import { readLedger } from "./ledger-reader.js";
import { PlayerProcess } from "./player-process.js";
import type { ServerProcess } from "./server-process.js";
import { verifyLive } from "./verify.js";

export interface CrashOptions {
	/** Kills while players play; one more of each server follows before the verification. */
	readonly cycles: number;
	/** In place of `cycles`: how long to kill and start again. */
	readonly minutes?: number;
	/** null: one below the system's temporary directory. */
	readonly directory: string | null;
	/** Several servers on one database server; not given: one server and its file. */
	readonly shared?: SharedDatabase;
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
	readonly onProgress?: (progress: CrashProgress) => void;
	/** After the last kill: sessions compared with the ledger. */
	readonly onVerified?: (done: number, total: number) => void;
}

export interface CrashProgress {
	readonly kills: number;
	readonly acknowledged: number;
	/** How far the killing is, from 0 to 1. */
	readonly share: number;
}

/** How long a kill behind an acknowledgement waits for one. */
const ACKNOWLEDGEMENT_MS_MAX = 2_000;
/** A start takes about this long until one has been measured. */
const FIRST_START_MS = 400;
/** Of the kills among several servers: all of them at the same moment, so that none is left. */
const ALL_AT_ONCE_SHARE = 0.1;

/**
 * Kills servers again and again, in turn, while players play on them, and compares what they said
 * was saved with what is there afterwards.
 *
 * Broken promises, and a server that does not come back, are in the report. Rejects with a
 * SavepointError when the directory or the database server cannot be used; see `takeDirectory`.
 * Leaves no process behind.
 */
export async function crashTest(options: CrashOptions, hooks: CrashHooks): Promise<CrashReport> {
	const { directory: path, shared } = options;
	const ground = await (shared === undefined ? groundOnFile(path) : groundOnServer(path, shared));
	for (const warning of ground.warnings) hooks.onWarning?.(warning);
	const { ledger, playerLog } = ground.directory;
	const { players: count, seed } = options;
	const players = new PlayerProcess(
		{ urls: ground.urls, ledgerPath: ledger, players: count, seed },
		playerLog,
		() => run.tellProgress(),
	);
	const run = new CrashRun(options, hooks, { ground, players });
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
	readonly #ground: CrashGround;
	readonly #players: PlayerProcess;
	readonly #random: Random;
	readonly #beganAtMs = performance.now();
	#startMs = FIRST_START_MS;
	#underWay: Promise<unknown> = Promise.resolve();
	#halted = false;
	#cycles = 0;
	#kills = 0;

	constructor(
		options: CrashOptions,
		hooks: CrashHooks,
		cast: { readonly ground: CrashGround; readonly players: PlayerProcess },
	) {
		this.#options = options;
		this.#hooks = hooks;
		this.#ground = cast.ground;
		this.#players = cast.players;
		this.#random = randomFrom(options.seed);
	}

	async toItsEnd(): Promise<CrashReport> {
		let findings: Finding[] = [];
		let acknowledged: number | null = null;
		let failure: string | null = null;
		try {
			await this.#watched(this.#killAgainAndAgain());
			const claims = await readLedger(this.#ground.directory.ledger);
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
			kills: this.#kills,
			seed: this.#options.seed,
			seconds: Math.round(performance.now() - this.#beganAtMs) / 1000,
			warnings: this.#ground.warnings,
			evidence: await this.#settleEvidence(verdict.ok),
		};
	}

	/** Ends all processes, whatever is going on. */
	async halt(): Promise<void> {
		this.#halted = true;
		this.#players.kill();
		await this.#killAll();
		await this.#underWay;
		await this.#killAll();
	}

	tellProgress(): void {
		const { cycles } = this.#options;
		const share = Math.min(1, this.#minutesShare() ?? this.#cycles / cycles);
		const { acknowledged } = this.#players;
		this.#hooks.onProgress?.({ kills: this.#kills, acknowledged, share });
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
		const ends = this.#ground.servers.map(({ unexpectedEnd }) => unexpectedEnd);
		return Promise.race([work, failed, ...ends, aborted]);
	}

	async #killAgainAndAgain(): Promise<void> {
		const { servers } = this.#ground;
		for (; !this.#isEnough(); this.#cycles += 1) {
			// 1. All but one are there; alone, it is not missed before its start is tried, too.
			const victim = servers[this.#cycles % servers.length];
			if (victim === undefined) throw new Error("There is no server to kill.");
			for (const other of servers) if (other !== victim) await this.#startServer(other);
			// 2. That one lives as long as it may.
			await this.#oneLife(victim, drawKill(this.#random, this.#options.uptime));
			const isLast = servers.length > 1 && this.#random() < ALL_AT_ONCE_SHARE;
			await Promise.all((isLast ? servers : [victim]).map((server) => this.#kill(server)));
		}
		// 3. The players finish what they have under way, so that every keyed call has its answer.
		await this.#startAll();
		await this.#players.stop();
		// 4. The last crash, right behind the last acknowledgement.
		await Promise.all(servers.map((server) => this.#kill(server)));
	}

	#isEnough(): boolean {
		const share = this.#minutesShare();
		return share === null ? this.#cycles >= this.#options.cycles : share >= 1;
	}

	#minutesShare(): number | null {
		const { minutes } = this.#options;
		return minutes === undefined
			? null
			: (performance.now() - this.#beganAtMs) / (minutes * 60_000);
	}

	async #oneLife(server: ServerProcess, kill: Kill): Promise<void> {
		if (kill.when === "starting") {
			if (server.pid !== null) await this.#kill(server);
			this.#launch(server);
			await sleep(kill.share * this.#startMs);
			return;
		}
		await this.#startServer(server);
		if (kill.when === "playing") {
			await sleep(kill.uptimeMs);
			return;
		}
		await this.#players.nextAcknowledged(ACKNOWLEDGEMENT_MS_MAX);
		await sleep(kill.uptimeMs);
		await this.#players.nextAcknowledged(ACKNOWLEDGEMENT_MS_MAX);
		await sleep(kill.behindMs);
	}

	/** Does nothing where it runs. */
	async #startServer(server: ServerProcess): Promise<void> {
		if (server.pid !== null) return;
		const launchedAtMs = performance.now();
		this.#launch(server);
		await server.ready();
		this.#startMs = performance.now() - launchedAtMs;
		this.#players.serverIsUp();
	}

	async #startAll(): Promise<void> {
		for (const server of this.#ground.servers) await this.#startServer(server);
	}

	#launch(server: ServerProcess): void {
		if (this.#halted) throw new Error("The test was halted.");
		server.launch();
	}

	async #kill(server: ServerProcess): Promise<void> {
		if (server.pid === null) return;
		await server.kill();
		this.#kills += 1;
		this.tellProgress();
	}

	async #killAll(): Promise<void> {
		await Promise.all(this.#ground.servers.map((server) => server.kill()));
	}

	/** Twice, by ways that share little code: through the servers, and from the database. */
	async #verify(claims: Awaited<ReturnType<typeof readLedger>>): Promise<Finding[]> {
		const { servers, urls } = this.#ground;
		await this.#startAll();
		const found = await verifyLive(claims, urls, (done, total) =>
			this.#hooks.onVerified?.(done, total),
		);
		await Promise.all(servers.map((server) => server.stop()));
		return [...found, ...(await this.#ground.examine())];
	}

	#unexpected(): string | null {
		const { unexpected } = this.#players;
		return unexpected.length === 0
			? null
			: `${unexpected.length} answers that no kill explains, the first: ${unexpected[0]}`;
	}

	async #settleEvidence(passed: boolean): Promise<CrashReport["evidence"]> {
		const { directory, database } = this.#ground;
		directory.close(passed);
		if (passed && !this.#options.keep) {
			await this.#ground.remove();
			return null;
		}
		return { database, ledger: directory.ledger, logs: directory.serverLog };
	}
}
