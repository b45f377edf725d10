import type { PlayEvent, ReplayMove } from "@savepoint/core";

/** What a move of the log looks and sounds like, or null when nothing is to be seen. */
export function eventOf(move: ReplayMove): PlayEvent | null {
	const { type, status, artifactId, atMs, result } = move;
	if (type === "end") {
		return { type: "finished", result: result === "won" ? "won" : "lost", left: 0, atMs };
	}
	if (artifactId === undefined) return null;
	const at = { artifactId, atMs, x: move.position?.x ?? move.x ?? 0, y: move.position?.y ?? 0 };
	if (type === "spawn") return { type: "dropped", dropper: 0, ...at, y: move.y ?? 0 };
	if (type === "deposit") return { type: "deposited", ...at };
	if (status === "carried") return { type: "picked-up", ...at };
	if (status === "ground") return { type: "landed", ...at };
	return { type: "loosened", ...at };
}
