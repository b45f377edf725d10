import { resolve } from "node:path";
import { parseArgs } from "node:util";

export const HELP = `npm run bench -- [options]         the whole table, the peers, JSON and a chart
npm run bench -- soak [options]    a long run, watched

  --only NAME[,NAME]  these alone: single-calls, delayed-syncs, creates, socket-moves, million,
                      after-kill, bytes-written, bytes-at-rest, postgres, peers
  --runs N            alternating rounds of each server (5)
  --seconds N         load of each round (5)
  --quick             one round of one second, 100,000 sessions: to see that all works
  --connections N     (64)
  --sessions N        sessions that single calls are spread over (256)
  --million FILE      a database with many sessions, used as it is; otherwise one is seeded
  --scale N           sessions to seed (1000000)
  --directory DIR     where databases are made: a disk that really syncs (data/bench)
  --out DIR           where JSON and charts go (bench/results)

soak
  --minutes N         (20)
  --load SHARE        of full load, which is measured first (0.8)
  --batch N           moves in a message (4)

  --help
`;

export interface BenchOptions {
	readonly command: "table" | "soak";
	/** null: all of them. */
	readonly only: readonly string[] | null;
	readonly runs: number;
	readonly seconds: number;
	readonly connections: number;
	readonly sessions: number;
	readonly million: string | null;
	readonly scale: number;
	readonly directory: string;
	readonly out: string;
	readonly minutes: number;
	readonly load: number;
	readonly batch: number;
}

const TEXTS = ["only", "runs", "seconds", "connections", "sessions", "million", "scale"] as const;
const MORE_TEXTS = ["directory", "out", "minutes", "load", "batch"] as const;
const QUICK = { runs: 1, seconds: 1, scale: 100_000 };
const USUAL = { runs: 5, seconds: 5, scale: 1_000_000 };

/** Throws an Error with a sentence for a mistake; null when only help was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | null {
	const names = [...TEXTS, ...MORE_TEXTS];
	const { values, positionals } = parseArgs({
		args: [...args],
		allowPositionals: true,
		options: {
			...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
			quick: { type: "boolean", default: false },
			help: { type: "boolean", default: false },
		},
	});
	if (values["help"] === true) return null;
	const given = values as Readonly<Record<string, string | boolean | undefined>>;
	const [command = "table", ...rest] = positionals;
	if ((command !== "table" && command !== "soak") || rest.length > 0)
		throw new Error(`"${positionals.join(" ")}" is not known; see --help.`);

	const number = (name: string, usual: number): number => {
		const value = Number(given[name] ?? usual);
		if (Number.isFinite(value) && value > 0) return value;
		throw new Error(`--${name} takes a number above 0, not "${given[name]}".`);
	};
	const text = (name: string): string | null => {
		const value = given[name];
		return typeof value === "string" ? value : null;
	};
	const usual = given["quick"] === true ? QUICK : USUAL;
	return {
		command,
		only: text("only")?.split(",") ?? null,
		runs: number("runs", usual.runs),
		seconds: number("seconds", usual.seconds),
		connections: number("connections", 64),
		sessions: number("sessions", 256),
		million: text("million"),
		scale: number("scale", usual.scale),
		directory: resolve(text("directory") ?? "data/bench"),
		out: resolve(text("out") ?? "bench/results"),
		minutes: number("minutes", 20),
		load: number("load", 0.8),
		batch: number("batch", 4),
	};
}
