import { useCallback, useEffect, useState } from "preact/hooks";
import { call, Refusal } from "./call.js";
import { useSignedOut } from "./signed-out.js";

export interface Loaded<T> {
	/** The last that was loaded; it stays while it is loaded again. */
	readonly value: T | null;
	readonly refusal: Refusal | null;
	reload(): void;
}

/**
 * What the server says at `path`, loaded again when the path changes, on `reload`, and each
 * `everyMs` while the page is looked at.
 */
export function useLoaded<T>(path: string, everyMs: number | null = null): Loaded<T> {
	const [value, setValue] = useState<T | null>(null);
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [turn, setTurn] = useState(0);
	const signedOut = useSignedOut();
	const reload = useCallback(() => setTurn((before) => before + 1), []);

	useEffect(() => {
		const gone = new AbortController();
		call<T>(path, undefined, gone.signal).then(
			(loaded) => {
				setValue(loaded);
				setRefusal(null);
			},
			(error: unknown) => {
				if (gone.signal.aborted) return;
				if (error instanceof Refusal && error.code === "SIGN_IN_REQUIRED") signedOut();
				setRefusal(error instanceof Refusal ? error : new Refusal(String(error), "UNKNOWN"));
			},
		);
		return () => gone.abort();
	}, [path, turn, signedOut]);

	useEffect(() => {
		if (everyMs === null) return;
		const timer = setInterval(() => {
			if (!document.hidden) reload();
		}, everyMs);
		return () => clearInterval(timer);
	}, [everyMs, reload]);

	return { value, refusal, reload };
}
