import { postHighScore, untilThere } from "../api.js";
import { remember, remembered } from "./settings.js";

const WANTED_KEY = "before-dawn:name-wanted";

export type NameOutcome = "done" | "unranked" | "refused";

interface Wanted {
	readonly sessionId: string;
	readonly playerTag: string;
}

/** Kept over a reload, so that it gets onto the list however long the server is away. */
export function keepName(wanted: Wanted): void {
	remember(WANTED_KEY, JSON.stringify(wanted));
}

export function keptName(): Wanted | null {
	const text = remembered(WANTED_KEY);
	if (text === null) return null;
	try {
		const value: Partial<Wanted> = JSON.parse(text);
		const { sessionId, playerTag } = value;
		return sessionId && playerTag ? { sessionId, playerTag } : null;
	} catch {
		return null;
	}
}

/** Sends the kept name until the server has said yes or no. The result must be stored before. */
export async function sendName(wanted: Wanted, onAway: () => void): Promise<NameOutcome> {
	const { sessionId, playerTag } = wanted;
	const answer = await untilThere(() => postHighScore(sessionId, playerTag), onAway);
	if (keptName()?.sessionId === sessionId) remember(WANTED_KEY, null);
	if (answer.kind === "ok" || answer.code === "HIGH_SCORE_EXISTS") return "done";
	return answer.code === "SESSION_UNRANKED" ? "unranked" : "refused";
}
