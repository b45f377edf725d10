// What a life plays, the same each time, so that it can be sent again after a kill.
export const FIRST_KEY = "first";
export const SECOND_KEY = "second";

/** Spawn, lay down, deposit, and so on with the next artifact. */
export function moveAt(number) {
	const artifactId = `a${Math.ceil(number / 3)}`;
	const body = [
		{ type: "deposit", artifactId },
		{ type: "spawn", artifactId, xFixed: 1000 * (number % 400), yFixed: 2000 },
		{ type: "artifact-status", artifactId, status: "ground", position: null },
	][number % 3];
	return { id: `m${number}`, atMs: null, body };
}
