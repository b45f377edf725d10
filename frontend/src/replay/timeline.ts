import {
	BIN,
	type Course,
	courseOf,
	DROPPER_Y,
	dropperXFixed,
	FIXED_POINT,
	GRAVITY_PX_PER_S2,
	GROUND_Y,
	isStunned,
	newWorld,
	nextDropOf,
	PLAYER_SIZE,
	type Replay,
	type ReplayMove,
	type TerrainTile,
	WIND_UP_MS,
	WORRIED_FROM_ARTIFACTS,
} from "@savepoint/core";
import type { OwlPicture, Picture, StarPicture } from "../scene/picture.js";
import { type KeeperPath, pathOf } from "./keeper-path.js";

type StarStatus = StarPicture["status"] | "deposited";
export interface StarState {
	readonly x: number;
	readonly y: number;
	readonly status: StarStatus;
	readonly sinceMs: number;
}

/**
 * A finished game as pictures of any moment. The log holds what was decided: when and where each
 * star fell, was taken, laid down or brought home. The ways in between are filled in.
 */
export class Timeline {
	readonly durationMs: number;
	readonly #course: Course;
	readonly #moves: readonly ReplayMove[];
	readonly #path: KeeperPath;
	readonly #broken: readonly { readonly atMs: number; readonly tileId: string }[];
	readonly #result: Replay["result"];

	constructor(replay: Replay) {
		this.durationMs = Math.round(replay.durationSeconds * 1000);
		this.#course = courseOf(replay.seed, this.durationMs);
		this.#moves = replay.moves.filter(changesSomething());
		this.#result = replay.result;
		const tiles = [...replay.terrain, ...this.#course.trouble.flatMap((wave) => wave.tiles)];
		this.#broken = brokenStones(this.#moves, tiles);
		this.#path = pathOf(this.#moves, tiles);
	}

	at(timeMs: number): Picture {
		const stars = [...this.#starsAt(timeMs)];
		const lying = stars.filter(([, { status }]) => status === "ground").length;
		const isOver = timeMs >= this.durationMs;
		const glad = lying >= WORRIED_FROM_ARTIFACTS ? "worried" : "glad";
		return {
			timeMs,
			durationMs: this.durationMs,
			keeper: {
				...this.#path.at(timeMs),
				mood: isOver ? (this.#result === "won" ? "proud" : "sad") : glad,
			},
			stars: stars.flatMap(([id, star]) => {
				if (star.status === "deposited") return [];
				return [{ id, x: star.x, y: this.#heightOf(id, star, timeMs), status: star.status }];
			}),
			owls: [this.#owlAt(0, timeMs), this.#owlAt(1, timeMs)],
			tiles: this.#tilesAt(timeMs),
			home: stars.filter(([, { status }]) => status === "deposited").length,
			lying,
		};
	}

	/** The moves of a stretch of time: after `fromMs`, up to and with `toMs`. */
	between(fromMs: number, toMs: number): readonly ReplayMove[] {
		return this.#moves.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
	}

	#starsAt(timeMs: number): Map<string, StarState> {
		const stars = new Map<string, StarState>();
		for (const move of this.#moves) {
			if (move.atMs > timeMs) break;
			applyTo(stars, move);
		}
		return stars;
	}

	/** Falls as the physics let it fall, but never further than it was found to lie. */
	#heightOf(id: string, { y, status, sinceMs }: StarState, timeMs: number): number {
		if (status !== "inAir") return y;
		const next = this.#moves.find((move) => move.atMs >= timeMs && move.artifactId === id);
		const floor = next?.position?.y ?? GROUND_Y;
		const seconds = (timeMs - sinceMs) / 1000;
		return Math.min(Math.max(floor, y), y + (GRAVITY_PX_PER_S2 * seconds * seconds) / 2);
	}

	#tilesAt(timeMs: number): TerrainTile[] {
		const gone = new Set(
			this.#broken.filter(({ atMs }) => atMs <= timeMs).map(({ tileId }) => tileId),
		);
		const extra = this.#course.trouble
			.filter(({ atMs }) => atMs <= timeMs)
			.flatMap(({ tiles }) => tiles);
		return [...this.#course.level.terrain, ...extra].filter(({ id }) => !gone.has(id));
	}

	#owlAt(which: 0 | 1, timeMs: number): OwlPicture {
		const world = newWorld(this.#course);
		world.timeMs = timeMs;
		for (const { atMs, x, dropper } of this.#course.level.drops) {
			if (atMs > timeMs) break;
			world.nextDrop += 1;
			world.droppers[dropper].fromXFixed = x * FIXED_POINT;
			world.droppers[dropper].fromMs = atMs;
		}
		const xFixed = dropperXFixed(this.#course, world, which);
		const next = nextDropOf(this.#course, world, which);
		return {
			x: xFixed === null ? null : xFixed / FIXED_POINT,
			stunned: isStunned(world.droppers[which], timeMs),
			windingUp: next !== null && next.atMs - timeMs <= WIND_UP_MS,
		};
	}
}

/** Not what is only said again, without a place, to tell the play time. */
function changesSomething(): (move: ReplayMove) => boolean {
	const last = new Map<string, string>();
	return ({ type, artifactId = "", status = "", position }) => {
		if (type !== "artifact-status") return true;
		const isSaidAgain = position === undefined && last.get(artifactId) === status;
		last.set(artifactId, status);
		return !isSaidAgain;
	};
}

/** Moves of other clients may lack a place; then the star stays where it was. */
export function applyTo(stars: Map<string, StarState>, move: ReplayMove): void {
	const { type, artifactId, atMs } = move;
	if (artifactId === undefined) return;
	const before = stars.get(artifactId);
	const place = move.position ?? {
		x: move.x ?? before?.x ?? BIN.x - PLAYER_SIZE,
		y: move.y ?? before?.y ?? DROPPER_Y,
	};
	const status: StarStatus =
		type === "deposit"
			? "deposited"
			: move.status === "ground" || move.status === "carried" || move.status === "deposited"
				? move.status
				: "inAir";
	stars.set(artifactId, { x: place.x, y: place.y, status, sinceMs: atMs });
}

/** A star that lay on a stone and falls without being carried: the stone broke. */
function brokenStones(moves: readonly ReplayMove[], tiles: readonly TerrainTile[]) {
	const stars = new Map<string, StarState>();
	const broken: { atMs: number; tileId: string }[] = [];
	for (const move of moves) {
		const before = stars.get(move.artifactId ?? "");
		applyTo(stars, move);
		if (before?.status !== "ground" || move.status !== "inAir") continue;
		const stone = tiles.find(
			({ type, bounds }) =>
				type === "stone" &&
				bounds.y === before.y &&
				before.x >= bounds.x &&
				before.x < bounds.x + bounds.width,
		);
		if (stone !== undefined) broken.push({ atMs: move.atMs, tileId: stone.id });
	}
	return broken;
}
