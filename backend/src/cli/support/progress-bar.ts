import { SingleBar } from "cli-progress";
import type { TellMove } from "../../storage/move/ports.js";
import { printError } from "./output.js";

export interface ProgressBar {
	readonly tell: TellMove;
	/** May be called again. */
	close(): void;
}

/**
 * On standard error: a bar for each step where that is a terminal, else one line when a step
 * begins, for whoever reads the log of a long move.
 */
export function openProgressBar(): ProgressBar {
	if (!process.stderr.isTTY) return { tell: tellSteps(), close: () => undefined };
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

function tellSteps(): TellMove {
	let last = "";
	return ({ step }) => {
		if (step !== last) printError(step);
		last = step;
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
