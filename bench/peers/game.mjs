/** The session that every peer keeps: of the same size and content as one of Savepoint's. */

export const newGame = (sessionId, level) => ({
	sessionId,
	...level,
	status: "active",
	artifacts: [],
	seq: 0,
});

export function spawn(game, { x, y }) {
	game.seq += 1;
	const artifact = { id: `artifact-${game.seq}`, position: { x, y }, status: "inAir" };
	game.artifacts.push(artifact);
	return artifact;
}

/** False when there is no such artifact. */
export function setStatus(game, { artifactId, status }) {
	const artifact = game.artifacts.find(({ id }) => id === artifactId);
	if (artifact === undefined) return false;
	artifact.status = status;
	game.seq += 1;
	return true;
}
