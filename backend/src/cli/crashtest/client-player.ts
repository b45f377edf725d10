import { ClientError, memoryStorage, type PlayableMove, SavepointClient } from "@savepoint/client";
import { LEVEL_HEIGHT, LEVEL_WIDTH } from "@savepoint/core";
import { WebSocket } from "ws";
import type { Random } from "../play/bot-random.js";
import { hoppingFetch, hoppingSocket } from "./hopping-transport.js";
import { contentOf } from "./ledger.js";
import { between, oneOf, SESSION_SECONDS, type Stage } from "./stage.js";

const BURSTS = { min: 2, max: 12 };
const MOVES_IN_BURST_MAX = 64;
const PAUSE_MS_MAX = 4;

export interface ClientPlayerOptions {
	readonly way: "live" | "http";
	readonly random: Random;
}

/**
 * Plays session after session through the client, as a game does: moves in bursts, resent by the
 * client until they are receipted. Every receipt is in the ledger before the next burst. Where
 * there are several servers, each call goes to another one than the last.
 */
export async function playThroughClient(stage: Stage, options: ClientPlayerOptions): Promise<void> {
	const { ring } = stage;
	const Socket = ring.isOne ? WebSocket : hoppingSocket(ring, options.random);
	while (!stage.isOver()) {
		const client = await SavepointClient.start({
			baseUrl: ring.next(),
			durationSeconds: SESSION_SECONDS,
			storage: memoryStorage(),
			WebSocket: options.way === "live" ? Socket : null,
			...(ring.isOne ? {} : { fetch: hoppingFetch(ring) }),
			clock: stage.clock,
		});
		try {
			await playSession(client, stage, options.random);
		} catch (error) {
			// What the server's last word was, the verification finds out: the ledger has what was
			// promised.
			if (!(error instanceof ClientError)) throw error;
			if (error.code !== "SESSION_NOT_FOUND")
				stage.unexpected(`A client lost its session with ${error.code}.`);
		} finally {
			await client.close();
		}
	}
}

async function playSession(client: SavepointClient, stage: Stage, random: Random): Promise<void> {
	const { ledger, clock } = stage;
	const { sessionId } = client.session;
	ledger.append({ t: "session", s: sessionId, key: null });
	client.on("receipt", ({ receipt, move }) => {
		// Refused after the end, or beyond the last place: nothing was stored.
		if (receipt.seq === 0) return;
		const content = contentOf(move, receipt.code ?? null);
		ledger.append({ t: "move", s: sessionId, seq: receipt.seq, id: move.id, content });
	});
	await ledger.synced();

	const bursts = between(random, BURSTS.min, BURSTS.max);
	const script = new Script(random);
	for (let burst = 0; burst < bursts && !stage.isOver(); burst += 1) {
		for (let left = between(random, 1, MOVES_IN_BURST_MAX); left > 0; left -= 1) {
			const { move, atMs } = script.next();
			client.play(move, atMs);
		}
		await client.settled();
		await ledger.synced();
		await clock.wait(between(random, 0, PAUSE_MS_MAX));
	}
	// When the players are to finish, what is under way stays an active session: there must be some.
	if (!stage.isOver()) await endSession(client, stage, random);
}

async function endSession(client: SavepointClient, stage: Stage, random: Random): Promise<void> {
	const ended = new Promise<string | null>((resolve, reject) => {
		client.on("ended", ({ session }) => resolve(session.result));
		client.on("lost", ({ code, reason }) => reject(new ClientError(code, reason)));
	});
	// The promise may be rejected while the receipt is still waited for.
	ended.catch(() => {});
	client.end(oneOf(random, ["won", "lost", undefined]));
	await client.settled();
	const result = await ended;
	if (result !== null) stage.ledger.append({ t: "result", s: client.session.sessionId, result });
	await stage.ledger.synced();
}

/** Moves that a player might make, some of which the rules refuse. */
class Script {
	readonly #random: Random;
	readonly #artifacts: string[] = [];
	#atMs = 0;

	constructor(random: Random) {
		this.#random = random;
	}

	next(): { readonly move: PlayableMove; readonly atMs: number } {
		this.#atMs += between(this.#random, 1, 40);
		return { move: this.#move(), atMs: this.#atMs };
	}

	#move(): PlayableMove {
		const random = this.#random;
		const dice = random();
		if (this.#artifacts.length === 0 || dice < 0.3) {
			const artifactId = `artifact-${this.#artifacts.length + 1}`;
			this.#artifacts.push(artifactId);
			return { type: "spawn", artifactId, ...somewhere(random) };
		}
		const artifactId = this.#artifacts[between(random, 0, this.#artifacts.length - 1)] ?? "none";
		if (dice < 0.45) return { type: "deposit", artifactId };
		const status = oneOf(random, ["ground", "inAir", "flying", "carried"]);
		if (dice < 0.7) return { type: "artifact-status", artifactId, status };
		return { type: "artifact-status", artifactId, status, position: somewhere(random) };
	}
}

const somewhere = (random: Random): { x: number; y: number } => ({
	x: between(random, 0, LEVEL_WIDTH),
	y: between(random, 0, LEVEL_HEIGHT),
});
