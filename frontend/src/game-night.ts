import type { SavepointClient } from "@savepoint/client";
import { leftCount, NO_INPUT, type PlayEvent, type Session } from "@savepoint/core";
import { readGamepad } from "./play/gamepad.js";
import type { Controls } from "./play/input.js";
import { Match } from "./play/match.js";
import type { WorldMemory } from "./play/memory.js";
import { matchProjector } from "./scene/match-projector.js";
import type { Arena, openArena } from "./scene/open-arena.js";
import type { Audio } from "./sound/audio.js";
import { sound } from "./sound/effects.js";
import type { Tune } from "./sound/tune.js";
import { byId } from "./ui/dom.js";
import type { Hud } from "./ui/hud.js";
import type { Ending } from "./ui/result-screen.js";
import type { Story } from "./ui/story.js";

/** The page may be hidden: then nobody draws, and time goes on all the same. */
const HIDDEN_TICK_MS = 500;
const LAST_LOOK_MS = 2200;
/** A game that is older than this when the page gets it was not begun by this page. */
const RESUMED_MS = 1000;

export interface NightParts {
	readonly client: SavepointClient;
	readonly openArena: typeof openArena;
	readonly memory: WorldMemory;
	readonly controls: Controls;
	readonly audio: Audio;
	readonly tune: Tune;
	readonly hud: Hud;
	readonly story: Story;
	readonly onEnd: (ending: Ending) => void;
	readonly onStored: (session: Session) => void;
	/** Somebody else plays this session now. */
	readonly onTaken: () => void;
}

/** One game on the page, from its first frame to its end. */
export class Night {
	readonly match: Match;
	readonly #parts: NightParts;
	readonly #leave: (() => void)[] = [];
	#arena: Arena | null = null;
	#isOver = false;

	constructor(parts: NightParts) {
		this.#parts = parts;
		const { client, memory } = parts;
		this.match = new Match({ client, memory, now: () => performance.now() });
	}

	async open(): Promise<void> {
		const { client, openArena, controls, tune, hud, story } = this.#parts;
		const isResumed = this.match.world.timeMs > RESUMED_MS;
		this.#listen(client);
		if (isResumed) this.match.tellTime();
		tune.start();
		const projector = matchProjector(
			this.match,
			() => {
				readGamepad(controls);
				return controls.input;
			},
			(events) => this.#happened(events),
		);
		this.#arena = await openArena(byId("stage", HTMLElement), {
			next: () => {
				const frame = projector.next();
				hud.show(frame.picture);
				return frame;
			},
		});
		story.toast(isResumed ? "toastResumed" : "toastStart");
	}

	/** Takes the game off the page; what was played stays with the client. */
	close(): void {
		this.match.stop();
		this.#parts.tune.stop();
		for (const leave of this.#leave) leave();
		this.#leave.length = 0;
		this.#arena?.close();
		this.#arena = null;
	}

	#listen(client: SavepointClient): void {
		const { onStored, onTaken, story } = this.#parts;
		let warned = false;
		let wasConnected = false;
		this.#leave.push(
			client.on("changed", ({ ended }) => {
				if (!ended) onTaken();
			}),
			client.on("connected", () => {
				// The first connection of a page follows no outage that it played through.
				if (wasConnected) this.match.tellTime();
				wasConnected = true;
			}),
			client.on("back", () => this.match.tellTime()),
			client.on("unprotected", () => {
				if (!warned) story.toast("toastUnprotected");
				warned = true;
			}),
		);
		// Stays: the result may come long after the picture is gone.
		client.on("ended", ({ session }) => {
			onStored(session);
			this.#endedElsewhere(session);
		});
		const ticking = setInterval(() => {
			if (document.hidden) this.#happened(this.match.advance(NO_INPUT));
		}, HIDDEN_TICK_MS);
		const onVisible = () => {
			if (document.hidden) return;
			client.refresh().then(
				(session) => this.match.catchUpWith(session),
				() => undefined,
			);
		};
		const onLeave = () => this.match.remember();
		document.addEventListener("visibilitychange", onVisible);
		window.addEventListener("pagehide", onLeave);
		this.#leave.push(
			() => clearInterval(ticking),
			() => document.removeEventListener("visibilitychange", onVisible),
			() => window.removeEventListener("pagehide", onLeave),
		);
	}

	#happened(events: readonly PlayEvent[]): void {
		const { audio, tune, story } = this.#parts;
		const { world } = this.match;
		const home = world.artifacts.filter(({ status }) => status === "deposited").length;
		story.tell(events, { home });
		for (const event of events) {
			sound(audio, event);
			if (event.type === "last-tick") tune.hurry();
			if (event.type === "finished") this.#finish(event.result);
		}
	}

	#finish(result: "won" | "lost"): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#parts.tune.stop();
		const { world } = this.match;
		const left = leftCount(world);
		const ending = { result, left, home: world.artifacts.length - left };
		setTimeout(() => this.#parts.onEnd(ending), document.hidden ? 0 : LAST_LOOK_MS);
	}

	/** The server ended it, such as a game that nobody played for long. */
	#endedElsewhere(session: Session): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.match.stop();
		this.#parts.onEnd(endingOf(session));
	}
}

export function endingOf({ result, artifacts }: Session): Ending {
	const left = artifacts.filter(({ status }) => status !== "deposited").length;
	return { result: result ?? "abandoned", left, home: artifacts.length - left };
}
