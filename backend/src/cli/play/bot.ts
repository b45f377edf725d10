import type { PlayableMove } from "@savepoint/client";
import {
	type ArtifactDrop,
	BIN,
	GRAVITY_PX_PER_S2,
	GROUND_Y,
	type Level,
	PLAYER_SIZE,
	PLAYER_START_X,
	RUN_PX_PER_S,
	restingSurface,
} from "@savepoint/core";
import { type Random, randomFrom } from "./bot-random.js";

/** A move and the play time at which the bot makes it. */
export interface TimedMove {
	readonly atMs: number;
	readonly move: PlayableMove;
}

/** How good a player the bot is; drawn from its skill seed. */
interface Skill {
	readonly runPxPerS: number;
	readonly pickUpMs: number;
	/** What a stone costs: a jump, or breaking it from below first. */
	readonly stoneMs: number;
	/** The share of ways to the bin on which it puts the artifact down and takes it up again. */
	readonly restsShare: number;
	/**
	 * The share on which it loses the artifact: kicked away, to be fetched from where it comes down.
	 */
	readonly losesShare: number;
}

const AT_BIN_X = BIN.x - PLAYER_SIZE / 2;
const REST_MS = 400;
const FLIGHT_MS = 700;
const FLIGHT_PX = 120;

/**
 * The whole game of one bot, in the order of play time: what drops, lands, is picked up, put down,
 * lost, fetched again and deposited, and the end when the time is up. Pure: the same level and
 * skill seed give the same moves.
 *
 * A careful bot wins every level, because a level can be won; a slow or clumsy one runs out of
 * time.
 */
export function planGame(level: Level, durationMs: number, skillSeed: number): TimedMove[] {
	const player = new Player(randomFrom(skillSeed));
	const world: TimedMove[] = [];
	const deeds: TimedMove[] = [];
	let deposited = 0;

	for (const [index, drop] of level.drops.entries()) {
		const artifactId = `artifact-${index + 1}`;
		const landing = landingOf(level, drop);
		world.push(...fall(artifactId, drop, landing));
		const bringing = player.bring(artifactId, landing);
		deeds.push(...bringing);
		if ((bringing.at(-1)?.atMs ?? 0) < durationMs) deposited += 1;
	}

	// Sorting is stable, so what lands comes before who picks it up in the same millisecond.
	const moves = [...world, ...deeds].sort((a, b) => a.atMs - b.atMs);
	const result = deposited === level.drops.length ? "won" : "lost";
	return [
		...moves.filter((timed) => timed.atMs < durationMs),
		{ atMs: durationMs, move: { type: "end", result } },
	];
}

interface Landing {
	readonly atMs: number;
	readonly x: number;
	readonly y: number;
	readonly onStone: boolean;
}

function landingOf(level: Level, drop: ArtifactDrop): Landing {
	const surface = restingSurface(level.terrain, drop.x);
	const y = surface?.bounds.y ?? GROUND_Y;
	const fallMs = Math.ceil(Math.sqrt((2 * (y - drop.y)) / GRAVITY_PX_PER_S2) * 1000);
	return { atMs: drop.atMs + fallMs, x: drop.x, y, onStone: surface?.type === "stone" };
}

function fall(artifactId: string, drop: ArtifactDrop, landing: Landing): TimedMove[] {
	const { x, y } = landing;
	return [
		{ atMs: drop.atMs, move: { type: "spawn", artifactId, x: drop.x, y: drop.y } },
		{
			atMs: landing.atMs,
			move: { type: "artifact-status", artifactId, status: "ground", position: { x, y } },
		},
	];
}

/** Walks, fetches and carries; knows where it is and what time it is in the game. */
class Player {
	readonly #random: Random;
	readonly #skill: Skill;
	#x = PLAYER_START_X + PLAYER_SIZE / 2;
	#nowMs = 0;

	constructor(random: Random) {
		this.#random = random;
		this.#skill = drawSkill(random);
	}

	/** Everything from walking to the artifact to its deposit. */
	bring(artifactId: string, landing: Landing): TimedMove[] {
		const moves: TimedMove[] = [];
		const say = (status: "carried" | "ground" | "flying", x: number, y: number) => {
			const position = { x, y };
			const move = { type: "artifact-status", artifactId, status, position } as const;
			moves.push({ atMs: this.#nowMs, move });
		};

		this.#walkTo(landing.x);
		this.#nowMs = Math.max(this.#nowMs, landing.atMs) + this.#skill.pickUpMs;
		if (landing.onStone) this.#nowMs += this.#skill.stoneMs;
		say("carried", this.#x, landing.y);

		const luck = this.#random();
		if (luck < this.#skill.losesShare) this.#lose(say);
		else if (luck < this.#skill.losesShare + this.#skill.restsShare) this.#rest(say);

		this.#walkTo(AT_BIN_X);
		moves.push({ atMs: this.#nowMs, move: { type: "deposit", artifactId } });
		return moves;
	}

	/** Puts it down half-way to the bin and takes it up again. */
	#rest(say: (status: "carried" | "ground", x: number, y: number) => void): void {
		this.#walkTo((this.#x + AT_BIN_X) / 2);
		say("ground", this.#x, GROUND_Y);
		this.#nowMs += REST_MS + this.#skill.pickUpMs;
		say("carried", this.#x, GROUND_Y);
	}

	/** It flies off, back to where it came from, and has to be fetched. */
	#lose(say: (status: "carried" | "ground" | "flying", x: number, y: number) => void): void {
		const comesDownAtX = Math.max(PLAYER_SIZE, this.#x - FLIGHT_PX);
		say("flying", this.#x, GROUND_Y - PLAYER_SIZE);
		this.#nowMs += FLIGHT_MS;
		say("ground", comesDownAtX, GROUND_Y);
		this.#walkTo(comesDownAtX);
		this.#nowMs += this.#skill.pickUpMs;
		say("carried", this.#x, GROUND_Y);
	}

	#walkTo(x: number): void {
		this.#nowMs += Math.ceil((Math.abs(x - this.#x) * 1000) / this.#skill.runPxPerS);
		this.#x = x;
	}
}

/** Half of the bots are careful and win; the others run slower and drop things. */
function drawSkill(random: Random): Skill {
	const isCareful = random() < 0.5;
	return {
		runPxPerS: RUN_PX_PER_S * (isCareful ? 0.9 + 0.1 * random() : 0.45 + 0.5 * random()),
		pickUpMs: Math.round(isCareful ? 100 + 100 * random() : 200 + 400 * random()),
		stoneMs: isCareful ? 500 : 800,
		restsShare: isCareful ? 0.02 : 0.2,
		losesShare: isCareful ? 0.01 : 0.15,
	};
}
