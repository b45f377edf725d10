import type { SavepointClient } from "@savepoint/client";
import {
	type Course,
	courseOf,
	moveOf,
	NO_INPUT,
	type PlayEvent,
	type PlayInput,
	type PlayWorld,
	restoreWorld,
	type Session,
	STEP_MS,
	stepWorld,
} from "@savepoint/core";
import type { WorldMemory } from "./memory.js";
import { Mirror } from "./mirror.js";

/** A gap longer than this was no slow frame: nobody held a key all that time. */
const PLAYED_GAP_MS = 250;
const REMEMBER_EVERY_MS = 250;

export interface MatchOptions {
	readonly client: SavepointClient;
	readonly memory: WorldMemory;
	/** Milliseconds of a clock that never goes back. */
	readonly now: () => number;
}

/** In thousandths of a pixel; stars in the order of `artifacts`. Written over at each step. */
export interface Places {
	playerX: number;
	playerY: number;
	readonly starX: number[];
	readonly starY: number[];
}

function notePlaces(places: Places, { player, artifacts }: PlayWorld): void {
	places.playerX = player.xFixed;
	places.playerY = player.yFixed;
	for (const [nth, { xFixed, yFixed }] of artifacts.entries()) {
		places.starX[nth] = xFixed;
		places.starY[nth] = yFixed;
	}
}

/**
 * One game as it is played: moves the world on in real time, hands every change to the client as a
 * move, and never waits for anything. What happened while nobody looked (a locked phone, a reload)
 * is made up for at the next `advance`, step by step, with no key held.
 */
export class Match {
	readonly client: SavepointClient;
	readonly course: Course;
	readonly world: PlayWorld;
	readonly mirror: Mirror;
	/** Where things were one step ago, so that a frame between two steps can be drawn. */
	readonly previous: Places = { playerX: 0, playerY: 0, starX: [], starY: [] };
	readonly #options: MatchOptions;
	#anchorMs: number;
	#rememberedMs = 0;
	#stopped = false;

	constructor(options: MatchOptions) {
		const { client, memory, now } = options;
		const { session } = client;
		this.client = client;
		this.#options = options;
		this.course = courseOf(session.seed, Math.round(session.durationSeconds * 1000));
		this.world = restoreWorld(this.course, session, memory.read(session.sessionId));
		notePlaces(this.previous, this.world);
		this.mirror = new Mirror(session);
		this.#anchorMs = now() - Math.max(this.world.timeMs, this.#playedMs(session));
	}

	/** Play time in milliseconds, also between two steps. */
	get timeMs(): number {
		const { now } = this.#options;
		return Math.min(Math.max(0, now() - this.#anchorMs), this.course.durationMs);
	}

	/** How far the present frame is between the last step and the next: 0 to 1. */
	get betweenSteps(): number {
		return Math.min(1, Math.max(0, (this.timeMs - this.world.timeMs) / STEP_MS));
	}

	/** Up to now. Gives back what happened, in order. */
	advance(input: PlayInput): readonly PlayEvent[] {
		const { durationMs } = this.course;
		const targetMs = this.timeMs;
		const events: PlayEvent[] = [];
		while (!this.#stopped && this.world.result === null) {
			const leftMs = targetMs - this.world.timeMs;
			if (leftMs < STEP_MS && targetMs < durationMs) break;
			if (leftMs < STEP_MS * 2) notePlaces(this.previous, this.world);
			const held = leftMs > PLAYED_GAP_MS ? NO_INPUT : input;
			events.push(...stepWorld(this.course, this.world, held));
		}
		for (const event of events) this.#play(event);
		const isDue = this.world.timeMs - this.#rememberedMs >= REMEMBER_EVERY_MS;
		if (events.length > 0 || isDue) this.remember();
		return events;
	}

	/**
	 * Says again what is carried or lies about, which changes nothing but tells the play time. The
	 * server's clock stood still while it was away, and this game did not: a page that is loaded
	 * right behind an outage finds the right time only if the server knows it.
	 */
	tellTime(): void {
		const { artifacts, result } = this.world;
		const shown =
			artifacts.find(({ status }) => status === "carried") ??
			artifacts.find(({ status }) => status === "ground");
		if (this.#stopped || result !== null || shown === undefined) return;
		const { id: artifactId, status } = shown;
		this.client.play({ type: "artifact-status", artifactId, status }, this.world.timeMs);
	}

	/** The server's clock goes on while a phone sleeps; ours may not have. Never goes back. */
	catchUpWith(session: Session): void {
		const behindMs = this.#playedMs(session) - this.timeMs;
		if (behindMs > 0) this.#anchorMs -= behindMs;
	}

	/** For a reload. By itself after every event and a few times a second. */
	remember(): void {
		if (this.#stopped) return;
		this.#rememberedMs = this.world.timeMs;
		this.#options.memory.write(this.client.session.sessionId, this.world);
	}

	/** Another tab plays on: from here on this one changes nothing any more. */
	stop(): void {
		this.#stopped = true;
	}

	get isStopped(): boolean {
		return this.#stopped;
	}

	#play(event: PlayEvent): void {
		const move = moveOf(event);
		if (move === null) return;
		this.client.play(move, event.atMs);
		this.mirror.apply({ ...move, id: "m", atMs: event.atMs });
	}

	#playedMs({ remainingSeconds }: Session): number {
		return this.course.durationMs - Math.round(remainingSeconds * 1000);
	}
}
