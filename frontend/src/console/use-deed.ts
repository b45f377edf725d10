import { useState } from "preact/hooks";
import { Refusal } from "./call.js";

export interface Deed {
	readonly busy: boolean;
	readonly refusal: Refusal | null;
	/** Does nothing while one is under way. */
	run(act: () => Promise<unknown>): void;
}

/** Something that an operator does: busy until it is done, then `onDone`, or why not. */
export function useDeed(onDone: () => void): Deed {
	const [busy, setBusy] = useState(false);
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const run = (act: () => Promise<unknown>): void => {
		if (busy) return;
		setBusy(true);
		setRefusal(null);
		act()
			.then(onDone)
			.catch((error: unknown) =>
				setRefusal(error instanceof Refusal ? error : new Refusal(String(error), "UNKNOWN")),
			)
			.finally(() => setBusy(false));
	};
	return { busy, refusal, run };
}
