import { GROUND_Y } from "../game-facts.js";
import { toFixed } from "../normalise.js";
import type { ArtifactView, Session } from "../schemas.js";
import { FIXED_POINT } from "../session-state.js";
import { artifactIdOf } from "./droppers.js";
import {
	type Course,
	newWorld,
	type PlayArtifact,
	type PlayStatus,
	type PlayWorld,
} from "./world.js";

const STATUS: Readonly<Record<ArtifactView["status"], PlayStatus>> = {
	ground: "ground",
	inAir: "inAir",
	flying: "inAir",
	carried: "carried",
	deposited: "deposited",
};

/**
 * The world of a session that is taken up again. `remembered` is what this browser knew last (see
 * `readWorld`), or null; the session's artifacts are right in every case of doubt, because they are
 * what is stored.
 *
 * Without a memory the player stands at the start and every stone stands again; drops that were due
 * and come after the last stored one fall at once.
 */
export function restoreWorld(
	course: Course,
	session: Session,
	remembered: PlayWorld | null,
): PlayWorld {
	const playedMs = course.durationMs - Math.round(session.remainingSeconds * 1000);
	const world = remembered ?? afresh(course, Math.max(0, playedMs));
	const known = new Map(world.artifacts.map((artifact) => [artifact.id, artifact]));
	world.artifacts = session.artifacts.map((view) => merged(view, known.get(view.id)));
	world.nextDrop = Math.max(world.nextDrop, firstMissingDrop(course, session));
	return world;
}

/** A world as `JSON.stringify` wrote it, or null for anything that is not one. */
export function readWorld(text: string | null): PlayWorld | null {
	if (text === null) return null;
	try {
		const value: unknown = JSON.parse(text);
		return isWorld(value) ? value : null;
	} catch {
		return null;
	}
}

function isWorld(value: unknown): value is PlayWorld {
	if (typeof value !== "object" || value === null) return false;
	const world: Partial<Record<keyof PlayWorld, unknown>> = value;
	return (
		typeof world.timeMs === "number" &&
		typeof world.player === "object" &&
		world.player !== null &&
		Array.isArray(world.tiles) &&
		Array.isArray(world.waitingTiles) &&
		Array.isArray(world.artifacts) &&
		Array.isArray(world.droppers)
	);
}

function afresh(course: Course, playedMs: number): PlayWorld {
	const world = newWorld(course);
	world.timeMs = playedMs;
	for (const wave of course.trouble) {
		if (wave.atMs > playedMs) break;
		world.tiles = [...world.tiles, ...wave.tiles];
		world.nextTrouble += 1;
	}
	return world;
}

function merged(view: ArtifactView, known: PlayArtifact | undefined): PlayArtifact {
	const status = STATUS[view.status];
	// What falls or is carried moves on without a word to the server; the browser knows better where.
	if (known?.status === status && status !== "ground") return known;
	return {
		id: view.id,
		xFixed: toFixed(view.position.x),
		yFixed: Math.min(toFixed(view.position.y), GROUND_Y * FIXED_POINT),
		vyFixed: 0,
		status,
	};
}

function firstMissingDrop({ level }: Course, { artifacts }: Session): number {
	const stored = new Set(artifacts.map(({ id }) => id));
	for (let nth = level.drops.length; nth > 0; nth -= 1) {
		if (stored.has(artifactIdOf(nth - 1))) return nth;
	}
	return 0;
}
