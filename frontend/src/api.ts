import type { HighScore, Notice, Replay } from "@savepoint/core";

/** `away`: nobody answered, or nobody could right now; to be tried again. */
export type Answer<T> =
	| { readonly kind: "ok"; readonly value: T }
	| { readonly kind: "refused"; readonly code: string }
	| { readonly kind: "away" };

const TIMEOUT_MS = 8000;
const AGAIN_MS = 3000;

async function call<T>(path: string, body?: object): Promise<Answer<T>> {
	try {
		const response = await fetch(path, {
			signal: AbortSignal.timeout(TIMEOUT_MS),
			...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
		});
		if (response.ok) return { kind: "ok", value: (await response.json()) as T };
		if (response.status >= 500 || response.status === 429) return { kind: "away" };
		const { code }: { code?: string } = await response.json();
		return { kind: "refused", code: code ?? String(response.status) };
	} catch {
		return { kind: "away" };
	}
}

/** Best first. */
export async function readHighScores(): Promise<Answer<readonly HighScore[]>> {
	const answer = await call<{ scores: HighScore[] }>("/api/high-scores");
	return answer.kind === "ok" ? { kind: "ok", value: answer.value.scores } : answer;
}

/** What the operator has to say to players now. */
export async function readNotices(): Promise<Answer<readonly Notice[]>> {
	const answer = await call<{ notices: Notice[] }>("/api/notices/active");
	return answer.kind === "ok" ? { kind: "ok", value: answer.value.notices } : answer;
}

export function postHighScore(sessionId: string, playerTag: string): Promise<Answer<object>> {
	return call("/api/high-scores", { sessionId, playerTag });
}

export function readReplay(id: string): Promise<Answer<Replay>> {
	return call(`/api/replays/${encodeURIComponent(id)}`);
}

/** Again and again until somebody answers; `onAway` is told each time in between. */
export async function untilThere<T>(
	ask: () => Promise<Answer<T>>,
	onAway: () => void,
): Promise<Exclude<Answer<T>, { kind: "away" }>> {
	for (;;) {
		const answer = await ask();
		if (answer.kind !== "away") return answer;
		onAway();
		await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
	}
}
