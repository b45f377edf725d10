import { SingleBar } from "cli-progress";
import type { PlayHooks, PlaySummary } from "./play-games.js";

/** What a person sees while the bots play. */
export interface PlayScreen {
	readonly hooks: PlayHooks;
	close(): void;
}

const BAR_FORMAT = "{bar} {value}/{total} games · {saved} moves saved · {server}";

/** A bar on a terminal; plain lines into a pipe or a file. */
export function openScreen(games: number, output: NodeJS.WriteStream): PlayScreen {
	return output.isTTY ? openBar(games, output) : openLines(games, output);
}

function openBar(games: number, output: NodeJS.WriteStream): PlayScreen {
	const bar = new SingleBar({ format: BAR_FORMAT, stream: output, hideCursor: true });
	let saved = 0;
	bar.start(games, 0, { saved, server: "playing" });
	return {
		hooks: {
			onReceipt: () => {
				saved += 1;
				bar.update({ saved });
			},
			onGame: () => bar.increment(),
			onAway: () => bar.update({ server: "the server is away; the bots wait" }),
			onBack: () => bar.update({ server: "playing" }),
		},
		close: () => bar.stop(),
	};
}

function openLines(games: number, output: NodeJS.WriteStream): PlayScreen {
	const say = (line: string) => output.write(`${line}\n`);
	return {
		hooks: {
			onGame: ({ game, stored, movesAcknowledged }) =>
				say(
					`game ${game} of ${games}: ${stored?.result ?? "not finished"}, ` +
						`${movesAcknowledged} moves saved`,
				),
			onAway: () => say("the server is away; the bots wait"),
			onBack: (awayMs) => say(`the server is back after ${(awayMs / 1000).toFixed(1)} s`),
		},
		close: () => {},
	};
}

/** The summary for people; `--json` prints the object itself. */
export function summaryText(summary: PlaySummary): string {
	const { games, won, lost, abandoned, unfinished, disagreements } = summary;
	const lines = [
		`games played        ${games} in ${summary.seconds.toFixed(1)} s`,
		`stored as           won ${won} · lost ${lost} · abandoned ${abandoned}`,
		...(unfinished > 0 ? [`not finished        ${unfinished}`] : []),
		`moves acknowledged  ${summary.movesAcknowledged}`,
		`moves resent        ${summary.movesResent}`,
		`server away         ${summary.timesAway} times`,
		...disagreements.map((sentence) => `disagreement: ${sentence}`),
		disagreements.length === 0
			? "Server and bots agree on every game."
			: `Server and bots disagree in ${disagreements.length} points.`,
	];
	return lines.join("\n");
}
