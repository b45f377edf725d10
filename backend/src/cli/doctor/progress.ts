import { SingleBar } from "cli-progress";
import type { ExamineHooks } from "../../storage/doctor/report.js";

export interface ProgressScreen {
	readonly hooks: ExamineHooks;
	/** May be called again. */
	close(): void;
}

/**
 * A bar on standard error, where that is a terminal; nothing at all into a pipe or for a program.
 */
export function openProgress(asJson: boolean): ProgressScreen {
	if (asJson || !process.stderr.isTTY) return { hooks: {}, close: () => undefined };
	const bar = new SingleBar({
		format: "{bar} {percentage}% · {step} · {eta_formatted} left",
		stream: process.stderr,
		clearOnComplete: true,
	});
	let step = "";
	return {
		hooks: {
			onProgress: (progress) => {
				if (progress.step !== step) bar.start(Math.max(1, progress.total), 0, progress);
				step = progress.step;
				bar.update(progress.done, progress);
			},
		},
		close: () => bar.stop(),
	};
}
