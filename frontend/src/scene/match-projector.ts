import {
	dropperXFixed,
	FIXED_POINT,
	isStunned,
	lyingCount,
	nextDropOf,
	type PlayEvent,
	type PlayInput,
	type PlayWorld,
	WIND_UP_MS,
	WORRIED_FROM_ARTIFACTS,
} from "@savepoint/core";
import type { Mood } from "../art/keeper.js";
import type { Match, Places } from "../play/match.js";
import type { OwlPicture, Picture, Projector, StarPicture } from "./picture.js";

/** Plays the match on, frame by frame, and shows the moment between its last two steps. */
export function matchProjector(
	match: Match,
	input: () => PlayInput,
	onEvents: (events: readonly PlayEvent[]) => void,
): Projector {
	return {
		next() {
			const events = match.advance(input());
			if (events.length > 0) onEvents(events);
			return { picture: pictureOf(match), events };
		},
	};
}

function pictureOf(match: Match): Picture {
	const { course, world, previous } = match;
	const share = match.betweenSteps;
	const between = (from: number, to: number) => (from + (to - from) * share) / FIXED_POINT;
	const { player } = world;
	return {
		timeMs: match.timeMs,
		durationMs: course.durationMs,
		keeper: {
			x: between(previous.playerX, player.xFixed),
			y: between(previous.playerY, player.yFixed),
			facing: player.facing,
			running: player.running,
			standing: player.standing,
			mood: moodOf(world),
		},
		stars: starsOf(world, previous, between),
		owls: [owlOf(match, 0), owlOf(match, 1)],
		tiles: world.tiles,
		home: world.artifacts.filter(({ status }) => status === "deposited").length,
		lying: lyingCount(world),
	};
}

export function moodOf(world: PlayWorld): Mood {
	if (world.result === "won") return "proud";
	if (world.result === "lost") return "sad";
	return lyingCount(world) >= WORRIED_FROM_ARTIFACTS ? "worried" : "glad";
}

function starsOf(
	world: PlayWorld,
	previous: Places,
	between: (from: number, to: number) => number,
): StarPicture[] {
	return world.artifacts.flatMap(({ id, xFixed, yFixed, status }, nth) => {
		if (status === "deposited") return [];
		const x = between(previous.starX[nth] ?? xFixed, xFixed);
		const y = between(previous.starY[nth] ?? yFixed, yFixed);
		return [{ id, x, y, status }];
	});
}

function owlOf({ course, world }: Match, which: 0 | 1): OwlPicture {
	const xFixed = dropperXFixed(course, world, which);
	const next = nextDropOf(course, world, which);
	return {
		x: xFixed === null ? null : xFixed / FIXED_POINT,
		stunned: isStunned(world.droppers[which], world.timeMs),
		windingUp: next !== null && next.atMs - world.timeMs <= WIND_UP_MS,
	};
}
