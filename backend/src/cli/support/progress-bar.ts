import { SingleBar } from "cli-progress";
import type { TellMove } from "../../storage/move/ports.js";

export interface ProgressBar {
	readonly tell: TellMove;
	/** May be called again. */
	close(): void;
}

/**
 * A bar a step on standard error, where that is a terminal; nothing at all into a pipe or for a
 * program.
 */
export function openProgressBar(asJson: boolean): ProgressBar {
	if (asJson || !process.stderr.isTTY) return { tell: () => undefined, close: () => undefined };
	const bar = new SingleBar({
		format: "{bar} {percentage}% · {step} · {value}/{total} · {eta_formatted} left",
		stream: process.stderr,
		clearOnComplete: true,
	});
	let step = "";
	return {
		tell: (progress) => {
			if (progress.step !== step) bar.start(Math.max(1, progress.total), 0, progress);
			step = progress.step;
			bar.setTotal(Math.max(1, progress.total));
			bar.update(progress.done, progress);
		},
		close: () => bar.stop(),
	};
}

/** Aborted at the first SIGINT or SIGTERM; a second one ends the process as ever. */
export function interruptSignal(): { readonly signal: AbortSignal; off(): void } {
	const interrupted = new AbortController();
	const interrupt = (): void => interrupted.abort();
	process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
	return {
		signal: interrupted.signal,
		off: () => void process.off("SIGINT", interrupt).off("SIGTERM", interrupt),
	};
}
