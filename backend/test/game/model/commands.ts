import type { NormalMove } from "@savepoint/core";
import fc from "fast-check";
import { deposit, end, spawn, status } from "../../support/open-store.js";
import { type Fault, FULL, rejected } from "../../support/scripted-driver.js";
import type { Client } from "./client.js";
import type { Invariants } from "./invariants.js";
import { SESSIONS, type World } from "./world.js";

export interface Real {
	readonly world: World;
	readonly invariants: Invariants;
}
type Command = fc.AsyncCommand<object, Real>;

/** A command that may come at any time and is shown as `text` when a failure has shrunk to it. */
const command = (text: string, run: (real: Real) => Promise<void> | void): Command => ({
	check: () => true,
	run: async (_model, real) => run(real),
	toString: () => text,
});

const clientAt = fc.integer({ min: 0, max: 2 * SESSIONS - 1 });
const ARTIFACTS = ["x", "y", "z"];
const body: fc.Arbitrary<NormalMove["body"]> = fc
	.tuple(fc.constantFrom(...ARTIFACTS), fc.nat(9))
	.map(([id, choice]) => {
		if (choice < 4) return spawn(id);
		if (choice < 7) return status(id, choice === 6 ? "carried" : "ground");
		return deposit(id);
	});
const playing = fc
	.tuple(clientAt, body)
	.map(([at, move]) =>
		command(`client ${at}: ${move.type} ${"artifactId" in move ? move.artifactId : ""}`, (real) =>
			real.world.play(real.world.clients[at] as Client, move),
		),
	);
const ending = fc
	.tuple(clientAt, fc.constantFrom("won" as const, "lost" as const, null))
	.map(([at, claim]) =>
		command(`client ${at}: end ${claim}`, (real) =>
			real.world.play(real.world.clients[at] as Client, end(claim)),
		),
	);
const looking = fc
	.nat(SESSIONS - 1)
	.map((at) => command(`look ${at}`, ({ world }) => world.look(world.sessionIds[at] ?? "")));
const checking = fc.constant(command("check", ({ world, invariants }) => invariants.check(world)));
const ticking = fc
	.integer({ min: 1, max: 400 })
	.map((ms) => command(`${ms} ms pass`, ({ world }) => world.tick(ms)));
const jumping = fc
	.integer({ min: -7_200_000, max: 7_200_000 })
	.map((ms) => command(`the clock jumps by ${ms} ms`, ({ world }) => world.jump(ms)));
/** `reject` names the first session of the batch. */
const REJECT: Fault = (batch) =>
	typeof batch[1] === "number" && batch[1] > 0 ? rejected(batch[1]) : null;
const failing = fc
	.boolean()
	.map((isFull) =>
		command(isFull ? "disk full" : "rejected", ({ world }) => world.fail(isFull ? FULL : REJECT)),
	);
const downMs = fc.integer({ min: 0, max: 3_600_000 });
const restarting = downMs.map((ms) =>
	command(`restart after ${ms} ms`, ({ world }) => world.restart(ms)),
);
const killing = fc
	.tuple(fc.constantFrom("before" as const, "after" as const), downMs)
	.map(([moment, ms]) =>
		command(`killed ${moment} the write, back after ${ms} ms`, async ({ world, invariants }) => {
			await world.kill(moment, ms);
			await invariants.check(world);
		}),
	);

/** Where the engine's files cannot be copied, nobody is killed. */
export const commands = (mayKill: boolean): fc.Arbitrary<Iterable<Command>> =>
	fc.commands(
		[
			...[playing, playing, playing, playing],
			...[ending, looking, checking, ticking, jumping, failing, restarting],
			...(mayKill ? [killing] : []),
		],
		{ maxCommands: 40 },
	);
