import { ARTIFACT_STATUSES, type MoveBody } from "@savepoint/core";
import fc from "fast-check";

/** Few ids, so that moves of one sequence meet the same artifacts; one is not ASCII. */
const artifactId = fc.constantFrom("a", "b", "artifact-3", "0", "é💾");
const fixed = fc.integer({ min: -64_000, max: 1_088_000 });
const point = fc.record({ xFixed: fixed, yFixed: fixed });

const spawn = fc
	.tuple(artifactId, point)
	.map(([id, at]): MoveBody => ({ type: "spawn", artifactId: id, ...at }));
const statusChange = fc
	.tuple(artifactId, fc.constantFrom(...ARTIFACT_STATUSES), fc.option(point))
	.map(
		([id, status, position]): MoveBody => ({
			type: "artifact-status",
			artifactId: id,
			status,
			position,
		}),
	);
const deposit = artifactId.map((id): MoveBody => ({ type: "deposit", artifactId: id }));
const end = fc
	.constantFrom("won" as const, "lost" as const, null)
	.map((claim): MoveBody => ({ type: "end", claim }));

/** Whole games: mostly play, an end now and then, moves after it too. */
export const moveSequences: fc.Arbitrary<MoveBody[]> = fc.array(
	fc.oneof(
		{ weight: 6, arbitrary: spawn },
		{ weight: 8, arbitrary: statusChange },
		{ weight: 4, arbitrary: deposit },
		{ weight: 1, arbitrary: end },
	),
	{ maxLength: 60 },
);

export function spawnOf(artifactId: string, xFixed = 0, yFixed = 0): MoveBody {
	return { type: "spawn", artifactId, xFixed, yFixed };
}
