import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SavepointError } from "../../errors.js";
import { tailOf } from "./log-tail.js";
import type { FromPlayers, PlayerOrders, ToPlayers } from "./player-messages.js";

const PLAYER_SCRIPT = fileURLToPath(new URL("./player.js", import.meta.url));
/** How long what is under way may take to be answered, once the server is up for good. */
const FINISH_MS_MAX = 60_000;

/** The players, seen from the process that kills the server. */
export class PlayerProcess {
	readonly #child: ChildProcess;
	readonly #onAcknowledged: (count: number) => void;
	readonly #unexpected: string[] = [];
	#acknowledged = 0;
	#nextAcknowledged: (() => void) | null = null;

	/** Resolves when all have finished; rejects with INTERNAL when the process fails. */
	readonly finished: Promise<void>;

	/** `onAcknowledged` is told how many acknowledgements are in the ledger so far. */
	constructor(orders: PlayerOrders, logPath: string, onAcknowledged: (count: number) => void) {
		this.#onAcknowledged = onAcknowledged;
		const log = openSync(logPath, "a");
		this.#child = fork(PLAYER_SCRIPT, [], {
			// Options of this process, such as a script given by -e, are not the players'.
			execArgv: [],
			stdio: ["ignore", "ignore", log, "ipc"],
		});
		closeSync(log);
		this.finished = this.#finish(logPath);
		this.finished.catch(() => {});
		this.#child.on("message", (message: FromPlayers) => this.#take(message));
		this.#tell({ type: "play", orders });
	}

	get acknowledged(): number {
		return this.#acknowledged;
	}

	/** What no kill explains, one sentence each. */
	get unexpected(): readonly string[] {
		return this.#unexpected;
	}

	/** The server listens again. */
	serverIsUp(): void {
		this.#tell({ type: "up" });
	}

	/** Resolves at the next acknowledgement that reaches the ledger, or after `boundMs`. */
	nextAcknowledged(boundMs: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, boundMs);
			this.#nextAcknowledged = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	/** Lets them finish; the server must be up. Rejects with INTERNAL when they cannot. */
	async stop(): Promise<void> {
		const timer = setTimeout(() => this.kill(), FINISH_MS_MAX);
		this.#tell({ type: "stop" });
		try {
			await this.finished;
		} finally {
			clearTimeout(timer);
		}
	}

	kill(): void {
		this.#child.kill("SIGKILL");
	}

	#take(message: FromPlayers): void {
		switch (message.type) {
			case "acknowledged":
				this.#acknowledged = message.count;
				this.#onAcknowledged(message.count);
				this.#nextAcknowledged?.();
				this.#nextAcknowledged = null;
				return;
			case "unexpected":
				this.#unexpected.push(message.sentence);
				return;
			case "stopped":
				return;
		}
	}

	/**
	 * A process that ends for whatever reason tells it by its end, so a message to it may be lost.
	 */
	#tell(message: ToPlayers): void {
		if (this.#child.connected) this.#child.send(message, () => {});
	}

	#finish(logPath: string): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#child.once("exit", (exitCode, signal) => {
				if (exitCode === 0) resolve();
				else
					reject(
						new SavepointError(
							"INTERNAL",
							`The players' process failed (${signal ?? `exit code ${exitCode}`}).\n${tailOf(logPath)}`,
						),
					);
			});
		});
	}
}
