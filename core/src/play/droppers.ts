import { DROPPER_STUN_MS, DROPPER_Y } from "../game-facts.js";
import type { ArtifactDrop } from "../level.js";
import { FIXED_POINT } from "../session-state.js";
import { overlap, playerBox } from "./box.js";
import type { PlayHappening } from "./events.js";
import { placeOf } from "./falling.js";
import { STEP_MS } from "./step-ms.js";
import { type Course, carriedArtifact, type Dropper, type PlayWorld } from "./world.js";

/** A dropper stands still this long before it lets go, so that the player can see it coming. */
export const WIND_UP_MS = 700;
/** The second dropper is announced this long before it arrives. */
export const WARNING_MS = 3000;
const BODY = { halfWidth: 28, height: 56 } as const;
const LEAVE = { xFixed: -80 * FIXED_POINT, afterMs: 400, walkMs: 4000 } as const;
const BOTH = [0, 1] as const;

/** Droppers walk, let go of what is due and are stunned by a player who carries something. */
export function moveDroppers(course: Course, world: PlayWorld): PlayHappening[] {
	return [...announce(course, world), ...drop(course, world), ...stun(course, world)];
}

/** Where the dropper is now, in thousandths of a pixel; null before it has arrived. */
export function dropperXFixed(course: Course, world: PlayWorld, which: 0 | 1): number | null {
	const { timeMs } = world;
	if (timeMs < arrivalMs(course, which)) return null;
	const { fromXFixed, fromMs } = world.droppers[which];
	if (timeMs <= fromMs) return fromXFixed;

	const next = nextDropOf(course, world, which);
	const toXFixed = next === null ? LEAVE.xFixed : next.x * FIXED_POINT;
	const startMs = next === null ? fromMs + LEAVE.afterMs : fromMs;
	const walkMs = next === null ? LEAVE.walkMs : Math.max(1, next.atMs - WIND_UP_MS - fromMs);
	const done = Math.max(0, Math.min(1, (timeMs - startMs) / walkMs));
	return Math.round(fromXFixed + (toXFixed - fromXFixed) * done);
}

/** The dropper's next drop; what falls due while it is stunned is skipped. */
export function nextDropOf(course: Course, world: PlayWorld, which: 0 | 1): ArtifactDrop | null {
	const { stunnedUntilMs } = world.droppers[which];
	for (let nth = world.nextDrop; nth < course.level.drops.length; nth += 1) {
		const next = course.level.drops[nth];
		if (next?.dropper === which && next.atMs >= stunnedUntilMs) return next;
	}
	return null;
}

export function isStunned({ stunnedUntilMs }: Dropper, timeMs: number): boolean {
	return timeMs < stunnedUntilMs;
}

/** Every drop has its own name, so that a page that is loaded again knows which ones were made. */
export function artifactIdOf(nth: number): string {
	return `star-${nth + 1}`;
}

function announce({ level }: Course, { timeMs }: PlayWorld): PlayHappening[] {
	if (isStepOf(level.secondDropperAtMs - WARNING_MS, timeMs)) return [{ type: "dropper-soon" }];
	if (isStepOf(level.secondDropperAtMs, timeMs)) return [{ type: "dropper-arrived" }];
	return [];
}

function drop({ level }: Course, world: PlayWorld): PlayHappening[] {
	const happenings: PlayHappening[] = [];
	for (;;) {
		const due = level.drops[world.nextDrop];
		if (due === undefined || due.atMs > world.timeMs) return happenings;
		const id = artifactIdOf(world.nextDrop);
		world.nextDrop += 1;
		const dropper = world.droppers[due.dropper];
		if (due.atMs < dropper.stunnedUntilMs) continue;

		dropper.fromXFixed = due.x * FIXED_POINT;
		dropper.fromMs = world.timeMs;
		const artifact = {
			id,
			xFixed: due.x * FIXED_POINT,
			yFixed: DROPPER_Y * FIXED_POINT,
			vyFixed: 0,
			status: "inAir" as const,
		};
		world.artifacts.push(artifact);
		happenings.push({ type: "dropped", dropper: due.dropper, ...placeOf(artifact) });
	}
}

function stun(course: Course, world: PlayWorld): PlayHappening[] {
	const happenings: PlayHappening[] = [];
	const carries = carriedArtifact(world) !== null;
	for (const which of BOTH) {
		const dropper = world.droppers[which];
		if (isStepOf(dropper.stunnedUntilMs, world.timeMs)) {
			happenings.push({ type: "recovered", dropper: which });
		}
		const xFixed = dropperXFixed(course, world, which);
		if (!carries || xFixed === null || isStunned(dropper, world.timeMs)) continue;
		if (!overlap(playerBox(world.player), bodyAt(xFixed))) continue;
		dropper.fromXFixed = xFixed;
		dropper.stunnedUntilMs = world.timeMs + DROPPER_STUN_MS;
		dropper.fromMs = dropper.stunnedUntilMs;
		happenings.push({ type: "stunned", dropper: which });
	}
	return happenings;
}

function bodyAt(xFixed: number) {
	const half = BODY.halfWidth * FIXED_POINT;
	const bottom = DROPPER_Y * FIXED_POINT;
	return {
		left: xFixed - half,
		right: xFixed + half,
		top: bottom - BODY.height * FIXED_POINT,
		bottom,
	};
}

function arrivalMs({ level }: Course, which: 0 | 1): number {
	return which === 0 ? 0 : level.secondDropperAtMs;
}

/** Whether the step that ends at `timeMs` is the one in which `momentMs` falls. */
export function isStepOf(momentMs: number, timeMs: number): boolean {
	return momentMs > 0 && momentMs > timeMs - STEP_MS && momentMs <= timeMs;
}
