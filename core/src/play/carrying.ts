import { BIN, PICK_UP_PX } from "../game-facts.js";
import { FIXED_POINT } from "../session-state.js";
import { BIN_BOX, contains, overlap, PLAYER_FIXED, playerBox, widened } from "./box.js";
import type { PlayHappening } from "./events.js";
import { placeOf, surfaceBelow } from "./falling.js";
import { carriedArtifact, type PlayArtifact, type PlayInput, type PlayWorld } from "./world.js";

const REACH_FIXED = PICK_UP_PX * FIXED_POINT;
const BIN_REACH_BOX = widened(BIN_BOX, REACH_FIXED);

/** Picks up, puts down, and bins what is carried as soon as the bin is within reach. */
export function carry(world: PlayWorld, input: PlayInput): PlayHappening[] {
	const pressed = input.act && !world.player.heldAct;
	world.player.heldAct = input.act;
	const carried = carriedArtifact(world);
	if (carried === null) return pressed ? pickUp(world) : [];

	moveAlong(world, carried);
	if (overlap(playerBox(world.player), BIN_REACH_BOX)) return [bin(carried)];
	return pressed ? [putDown(world, carried)] : [];
}

/** The nearest one within reach, lying or still falling. */
function pickUp(world: PlayWorld): PlayHappening[] {
	const reach = widened(playerBox(world.player), REACH_FIXED);
	const middle = world.player.xFixed + PLAYER_FIXED / 2;
	const far = ({ xFixed }: PlayArtifact) => Math.abs(xFixed - middle);
	const [nearest] = world.artifacts
		.filter(({ status }) => status === "ground" || status === "inAir")
		.filter(({ xFixed, yFixed }) => contains(reach, xFixed, yFixed))
		.sort((a, b) => far(a) - far(b));
	if (nearest === undefined) return [];

	const happening: PlayHappening = { type: "picked-up", ...placeOf(nearest) };
	nearest.status = "carried";
	nearest.vyFixed = 0;
	return [happening];
}

/** On the surface below the player's middle; behind the bin nobody could fetch it again. */
function putDown(world: PlayWorld, carried: PlayArtifact): PlayHappening {
	if (carried.xFixed >= BIN.x * FIXED_POINT) return bin(carried);
	const feet = world.player.yFixed + PLAYER_FIXED;
	carried.yFixed = surfaceBelow(world.tiles, carried.xFixed, feet);
	carried.status = "ground";
	return { type: "put-down", ...placeOf(carried) };
}

function bin(carried: PlayArtifact): PlayHappening {
	carried.status = "deposited";
	return { type: "deposited", ...placeOf(carried) };
}

function moveAlong({ player }: PlayWorld, carried: PlayArtifact): void {
	carried.xFixed = player.xFixed + PLAYER_FIXED / 2;
	carried.yFixed = player.yFixed;
}
