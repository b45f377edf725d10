import type { ArtifactStatus, MoveBody } from "@savepoint/core";

/** The rules said again in the plainest way: a list, searched and counted anew each time. */
export interface ModelArtifact {
	id: string;
	x: number;
	y: number;
	status: ArtifactStatus;
}
export interface Model {
	list: ModelArtifact[];
	result: string | null;
}

export function count(model: Model, status: ArtifactStatus): number {
	return model.list.filter((artifact) => artifact.status === status).length;
}

/** The refusal code, or null when the move was applied. */
export function modelMove(model: Model, body: MoveBody): string | null {
	if (model.result !== null) return "SESSION_ENDED";
	if (body.type === "end") {
		const isWon = count(model, "deposited") > 0 && count(model, "deposited") === model.list.length;
		model.result = body.claim === "won" && !isWon ? "lost" : (body.claim ?? "abandoned");
		return null;
	}
	const found = model.list.find((artifact) => artifact.id === body.artifactId);
	if (body.type === "spawn") {
		if (found !== undefined) return "ARTIFACT_EXISTS";
		const { artifactId: id, xFixed: x, yFixed: y } = body;
		model.list.push({ id, x, y, status: "inAir" });
		return null;
	}
	if (found === undefined) return "ARTIFACT_NOT_AVAILABLE";
	if (body.type === "deposit") {
		if (found.status === "deposited") return "ARTIFACT_NOT_AVAILABLE";
		found.status = "deposited";
		return null;
	}
	if (found.status === "deposited") return "ARTIFACT_DEPOSITED";
	found.status = body.status;
	found.x = body.position?.xFixed ?? found.x;
	found.y = body.position?.yFixed ?? found.y;
	return null;
}
