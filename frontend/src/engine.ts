/** The engine and all that draws with it: the largest part, for which no start screen waits. */
export type Engine = typeof import("./scene/open-arena.js");

let loading: Promise<Engine> | null = null;

/** Loads it once. A failure is forgotten, so that the next call tries again. */
export function loadEngine(): Promise<Engine> {
	loading ??= import("./scene/open-arena.js").catch((error: unknown) => {
		loading = null;
		throw error;
	});
	return loading;
}

/** When the page has nothing better to do: a start then needs the server for the session only. */
export function loadEngineSoon(): void {
	const load = () => void loadEngine().catch(() => undefined);
	if (typeof requestIdleCallback === "function") requestIdleCallback(load, { timeout: 1500 });
	else setTimeout(load, 300);
}

const AGAIN_MS = 2000;

/** Until it is there; `onAway` is told before each further try. */
export async function engineInTheEnd(onAway: (retryInMs: number) => void): Promise<Engine> {
	for (;;) {
		try {
			return await loadEngine();
		} catch {
			onAway(AGAIN_MS);
			await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
		}
	}
}
