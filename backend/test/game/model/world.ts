import { execFileSync } from "node:child_process";
import { basename, dirname, join } from "node:path";
import type { LoggedMove, NormalMove } from "@savepoint/core";
import { DOWNTIME_GAP_MS } from "#src/limits.js";
import { temporaryDirectory } from "../../storage/fixtures/files.js";
import type { TestDriver } from "../../support/drivers.js";
import { heal, move, OpenStore, type StoreOptions, spawn } from "../../support/open-store.js";
import type { Fault } from "../../support/scripted-driver.js";
import { Client } from "./client.js";

export const SESSIONS = 2;
const DURATION_SECONDS = 600;
const CACHED: StoreOptions = { cachedSessionsMax: 1 };

/** What can be told of the sessions between two commands, gathered with nothing under way. */
export interface Sight {
	readonly log: readonly LoggedMove[];
	readonly view: Awaited<ReturnType<OpenStore["view"]>>;
}

/**
 * The real store on a real database, two clients to each session, and a clock in the test's hand.
 * What the clients were told survives every restart; what the store knows survives as it does for
 * a server.
 */
export class World {
	readonly clients: Client[] = [];
	readonly sessionIds: string[] = [];
	open: OpenStore;
	/** Time in which heartbeats were stored all along, for every session. */
	aliveMs = 0;
	/** How much of it a gap may have taken, or have given. */
	slackMs = DOWNTIME_GAP_MS;
	readonly #kit: TestDriver;
	readonly #options: StoreOptions;
	#metronome = "";
	#ticks = 0;
	#running: Promise<unknown>[] = [];

	private constructor(kit: TestDriver, open: OpenStore, options: StoreOptions) {
		this.#kit = kit;
		this.#options = options;
		this.open = open;
	}

	static async make(kit: TestDriver, given: StoreOptions = {}): Promise<World> {
		const options = { ...CACHED, ...given };
		const world = new World(kit, await OpenStore.open(kit, kit.makePlace(), options), options);
		for (let at = 0; at < SESSIONS; at += 1) {
			const { sessionId } = await world.open.create(DURATION_SECONDS);
			world.sessionIds.push(sessionId);
			world.clients.push(new Client(sessionId, "a"), new Client(sessionId, "b"));
		}
		world.#metronome = (await world.open.create(DURATION_SECONDS)).sessionId;
		return world;
	}

	/** Sends what the client has not been told of; nobody waits for it yet. */
	play(client: Client, body: NormalMove["body"] | null): void {
		this.#running.push(client.play(this.open, body));
	}

	look(sessionId: string): void {
		this.#running.push(this.open.tryView(sessionId));
	}

	/** Everything under way has its answer, and writes are taken. */
	async settle(): Promise<void> {
		await Promise.all(this.#running);
		this.#running = [];
		await heal(this.open);
		while (this.open.storage.commits.depth > 0) await turn();
	}

	async fail(fault: Fault): Promise<void> {
		this.open.faults.failNext(fault);
		await this.settle();
		this.slackMs += DOWNTIME_GAP_MS;
	}

	/** A moment of ordinary life, with its heartbeat stored. */
	async tick(ms: number): Promise<void> {
		await this.settle();
		this.open.jump(ms);
		const stored = await this.open.play(this.#metronome, [this.#beat()]);
		if (stored.ok) this.aliveMs += ms;
		else this.slackMs += ms + DOWNTIME_GAP_MS;
	}

	/** The clock is set, forward or back, or the process was frozen: nobody has played meanwhile. */
	async jump(ms: number): Promise<void> {
		await this.settle();
		this.open.jump(ms);
		this.slackMs += DOWNTIME_GAP_MS;
	}

	async restart(downMs: number): Promise<void> {
		await this.settle();
		this.open.faults.stopFailing();
		const { nowMs } = this.open;
		this.open = await this.open.reopen(this.#kit, { ...this.#options, nowMs: nowMs + downMs });
		this.slackMs += DOWNTIME_GAP_MS;
	}

	/**
	 * kill -9 with every client's moves on their way, before or after they were written: the files
	 * as they are at that moment go on elsewhere, and nobody hears of what is answered later.
	 */
	async kill(moment: "before" | "after", downMs: number): Promise<void> {
		await this.settle();
		const { open } = this;
		open.faults.stopFailing();
		const held = moment === "before" ? open.faults.hold() : open.faults.holdOutcomes();
		for (const client of this.clients) this.play(client, spawn("w"));
		// All sessions may have ended; this one takes a move.
		this.#running.push(open.play(this.#metronome, [this.#beat()]));
		await open.faults.arrived();
		const place = join(temporaryDirectory(), "data", basename(open.place));
		execFileSync("cp", ["-r", dirname(open.place), dirname(place)]);
		for (const client of this.clients) client.loseAnswers();
		held();
		await Promise.all(this.#running);
		this.#running = [];
		await open.close();
		const nowMs = open.nowMs + downMs;
		this.open = await OpenStore.open(this.#kit, place, { ...this.#options, nowMs });
		this.slackMs += DOWNTIME_GAP_MS;
	}

	#beat(): NormalMove {
		this.#ticks += 1;
		return move(`tick${this.#ticks}`, spawn(`tick${this.#ticks}`));
	}

	async see(sessionId: string): Promise<Sight> {
		const { moves } = await this.open.log(sessionId);
		return { log: moves, view: await this.open.view(sessionId) };
	}
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
