import {
	DURATION_SECONDS_DEFAULT,
	DURATION_SECONDS_MAX,
	DURATION_SECONDS_MIN,
} from "@savepoint/core";
import { type Command, InvalidArgumentError } from "commander";
import { SavepointError } from "../errors.js";
import { playGames } from "./play/play-games.js";
import { openScreen, summaryText } from "./play/play-screen.js";
import { wholeNumber } from "./support/numbers.js";

const EXIT_DISAGREEMENT = 1;

interface PlayFlags {
	readonly games: number;
	readonly speed: number;
	readonly url: string;
	readonly concurrency: number;
	readonly seconds: number;
	readonly json?: true;
}

const HELP = `
Each bot starts a session, plays the level that the server's seed gives, and reads the session back:
result, score, number of moves and state hash must be those that it saw.
A server that never answers is waited for 30 seconds; one that goes away in between, 10 minutes.

Exit codes: 0 server and bots agree on every game · 1 they do not, or a game could not be finished ·
2 wrong usage · 69 no server ever answered`;

/** Adds the verb `play`. It sets `process.exitCode`; usage errors are commander's. */
export function addPlayCommand(program: Command): void {
	program
		.command("play")
		.description("let bots play whole games against a running server, and check what it stored")
		.option("--games <n>", "how many games to play", wholeNumber(1, 1_000_000), 10)
		.option("--speed <x>", "how many times faster than the clock play time runs", readSpeed, 1)
		.option("--url <url>", "address of the server", readUrl, "http://127.0.0.1:3333")
		.option("--concurrency <c>", "games at the same time", wholeNumber(1, 1_000), 4)
		.option(
			"--seconds <s>",
			"play time of each game",
			wholeNumber(DURATION_SECONDS_MIN, DURATION_SECONDS_MAX),
			DURATION_SECONDS_DEFAULT,
		)
		.option("--json", "print one JSON object at the end and nothing else")
		.addHelpText("after", HELP)
		.action(play);
}

async function play(flags: PlayFlags): Promise<void> {
	const screen = flags.json ? null : openScreen(flags.games, process.stdout);
	try {
		const summary = await playGames(
			{
				baseUrl: flags.url,
				games: flags.games,
				concurrency: flags.concurrency,
				speed: flags.speed,
				durationSeconds: flags.seconds,
			},
			screen?.hooks ?? {},
		);
		screen?.close();
		const ok = summary.disagreements.length === 0;
		console.log(flags.json ? JSON.stringify({ ok, ...summary }) : summaryText(summary));
		process.exitCode = ok ? 0 : EXIT_DISAGREEMENT;
	} catch (error) {
		screen?.close();
		if (!(error instanceof SavepointError)) throw error;
		const { code, message } = error;
		if (flags.json) console.log(JSON.stringify({ ok: false, error: message, code }));
		else console.error(`${message} (${flags.url})`);
		process.exitCode = error.entry.exitCode ?? EXIT_DISAGREEMENT;
	}
}

function readSpeed(text: string): number {
	const value = Number(text);
	if (text.trim() !== "" && value > 0 && value <= 1_000_000) return value;
	throw new InvalidArgumentError("It takes a number above 0 and up to 1000000.");
}

function readUrl(text: string): string {
	const isHttp = URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
	if (isHttp) return text;
	throw new InvalidArgumentError("It takes an address such as http://127.0.0.1:3333.");
}
