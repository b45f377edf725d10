/**
 * Every server and load that the bench has started and not yet ended: after a failure, or when the
 * bench itself is stopped, none may live on and be measured with the next.
 */
type End = () => Promise<void>;

const running = new Set<End>();

/** Returns what to call when it has ended in order. */
export function remember(end: End): () => void {
	running.add(end);
	return () => running.delete(end);
}

/** Ends all that is left, at once. */
export async function endAll(): Promise<void> {
	const ends = [...running];
	running.clear();
	await Promise.all(ends.map((end) => end()));
}
