import { GROUND_Y, PICK_UP_PX } from "../game-facts.js";
import { FIXED_POINT } from "../session-state.js";
import { contains, PLAYER_FIXED, playerBox, widened } from "./box.js";
import { dropperXFixed, nextDropOf } from "./droppers.js";
import {
	type Course,
	carriedArtifact,
	type PlayArtifact,
	type PlayInput,
	type PlayWorld,
} from "./world.js";

/** How exactly the bot stands below what it wants. */
const NEAR_FIXED = 14 * FIXED_POINT;
const REACH_FIXED = PICK_UP_PX * FIXED_POINT;
const BOTH = [0, 1] as const;

/**
 * What a simple player would hold down now. It sees what a player sees and obeys the same physics:
 * it runs to the nearest artifact, breaks the stone below one that lies too high, and carries each
 * one home; with nothing to fetch it waits below the dropper whose turn is next.
 */
export function botInput(course: Course, world: PlayWorld): PlayInput {
	if (carriedArtifact(world) !== null) return hold({ right: true });

	const target = nearest(world);
	if (target === null) {
		const xFixed = nextDropX(course, world);
		return xFixed === null ? hold({}) : walkTo(world, xFixed);
	}
	const reach = widened(playerBox(world.player), REACH_FIXED);
	if (contains(reach, target.xFixed, target.yFixed)) {
		return hold({ act: !world.player.heldAct });
	}
	const walking = walkTo(world, target.xFixed);
	const isBelow = !walking.left && !walking.right;
	const liesHigh = target.status === "ground" && target.yFixed < GROUND_Y * FIXED_POINT;
	if (!isBelow || !liesHigh) return walking;
	return hold({ jump: world.player.standing && !world.player.heldJump });
}

/** Nearest for a player who has to come back: what lies further right is home sooner. */
function nearest({ artifacts, player }: PlayWorld): PlayArtifact | null {
	const middle = player.xFixed + PLAYER_FIXED / 2;
	const cost = ({ xFixed, yFixed }: PlayArtifact) =>
		Math.abs(xFixed - middle) - xFixed + Math.max(0, GROUND_Y * FIXED_POINT - yFixed) / 4;
	return (
		artifacts
			.filter(({ status }) => status === "ground" || status === "inAir")
			.sort((a, b) => cost(a) - cost(b))[0] ?? null
	);
}

function nextDropX(course: Course, world: PlayWorld): number | null {
	let soonestMs = Number.POSITIVE_INFINITY;
	let xFixed: number | null = null;
	for (const which of BOTH) {
		const next = nextDropOf(course, world, which);
		const seenAt = dropperXFixed(course, world, which);
		if (next === null || seenAt === null || next.atMs >= soonestMs) continue;
		soonestMs = next.atMs;
		xFixed = seenAt;
	}
	return xFixed;
}

function walkTo({ player }: PlayWorld, xFixed: number): PlayInput {
	const far = xFixed - (player.xFixed + PLAYER_FIXED / 2);
	return hold({ left: far < -NEAR_FIXED, right: far > NEAR_FIXED });
}

function hold(keys: Partial<PlayInput>): PlayInput {
	return { left: false, right: false, jump: false, act: false, ...keys };
}
