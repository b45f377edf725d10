import {
	applyMove,
	type Move,
	newSession,
	normaliseMove,
	type PlayEvent,
	type Replay,
	type ReplayMove,
	stateHash,
} from "@savepoint/core";
import { readReplay, untilThere } from "../api.js";
import { engineInTheEnd } from "../engine.js";
import { onLanguage, say } from "../i18n/language.js";
import type { Audio } from "../sound/audio.js";
import { sound } from "../sound/effects.js";
import type { Watched } from "../test-state.js";
import { byId, show } from "../ui/dom.js";
import type { Hud } from "../ui/hud.js";
import type { Story } from "../ui/story.js";
import { eventOf } from "./replay-events.js";
import { TapeDeck } from "./tape-deck.js";
import { Timeline } from "./timeline.js";

/** A longer jump than this is a pull at the bar: it makes no sound. */
const PLAYED_GAP_MS = 1500;

export interface ReplayParts {
	readonly watched: Watched;
	readonly audio: Audio;
	readonly hud: Hud;
	readonly story: Story;
}

/** Shows a finished game again, by the public id of its replay; waits for a server that is away. */
export async function openReplay(id: string, parts: ReplayParts): Promise<void> {
	const notice = byId("start-notice", HTMLElement);
	notice.textContent = say("replayLoading");
	const onAway = () => {
		notice.textContent = say("replayAway");
	};
	const answer = await untilThere(() => readReplay(id), onAway);
	if (answer.kind === "refused") {
		notice.textContent = say("replayMissing");
		return;
	}
	const { openArena } = await engineInTheEnd(onAway);
	const replay = answer.value;
	onLanguage(() => caption(replay));
	caption(replay);
	show("replay");
	notice.textContent = "";
	await openArena(byId("stage", HTMLElement), projectorOf(replay, parts));
}

function caption({ result, remainingArtifacts: left }: Replay): void {
	const box = byId("replay-of", HTMLElement);
	box.hidden = false;
	box.textContent = say("replayOf", { result: say(result ?? "abandoned").toLowerCase(), left });
}

function projectorOf(replay: Replay, { watched, audio, hud, story }: ReplayParts) {
	const timeline = new Timeline(replay);
	const deck = new TapeDeck(timeline.durationMs);
	const hash = hashOf(replay);
	const hashMatches = hash === replay.stateHash;
	let shownMs = 0;
	let lastFrameMs = performance.now();
	return {
		next() {
			const nowMs = performance.now();
			const timeMs = deck.advance(Math.min(250, nowMs - lastFrameMs));
			lastFrameMs = nowMs;
			const isPlayed = timeMs > shownMs && timeMs - shownMs < PLAYED_GAP_MS;
			const events = isPlayed ? eventsOf(timeline.between(shownMs, timeMs)) : [];
			shownMs = timeMs;
			const picture = timeline.at(timeMs);
			hud.show(picture);
			story.tell(events, { home: picture.home });
			for (const event of events) sound(audio, event);
			watched.replay = { picture, hash, hashMatches };
			return { picture, events };
		},
	};
}

function eventsOf(moves: readonly ReplayMove[]): PlayEvent[] {
	return moves.flatMap((move) => {
		const event = eventOf(move);
		return event === null ? [] : [event];
	});
}

/** The moves, played again by the same rules: the log alone must lead to the stored state. */
function hashOf({ seed, durationSeconds, moves }: Replay): string {
	const session = newSession(seed, Math.round(durationSeconds * 1000));
	for (const move of moves) applyMove(session, normaliseMove(asMove(move)).body);
	return stateHash(session);
}

function asMove(move: ReplayMove): Move {
	const { type, artifactId = "", x = 0, y = 0, status = "", position, result = null } = move;
	const id = String(move.seq);
	if (type === "spawn") return { id, type, artifactId, x, y };
	if (type === "deposit") return { id, type, artifactId };
	if (type === "end") return { id, type, result };
	return {
		id,
		type: "artifact-status",
		artifactId,
		status,
		...(position === undefined ? {} : { position }),
	};
}
