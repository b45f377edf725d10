import type { ServerConfig } from "../config.js";
import type { Authority } from "../game/answers.js";
import type { HighScoreTable, Replays } from "../game/public-answers.js";
import type { Log } from "../log.js";
import type { Console } from "../operator/console.js";
import type { UpkeepGauges } from "../operator/ports.js";
import type { StorageReport } from "../storage/ports.js";

/** All that the HTTP side is built from. Nothing here opens, reads an environment or listens. */
export interface AppDeps {
	readonly authority: Authority;
	readonly highScores: HighScoreTable;
	readonly replays: Replays;
	readonly console: Console;
	/** What `/health` says about the storage beside whether it takes writes. */
	readonly storage: { report(): StorageReport };
	readonly upkeep: UpkeepGauges;
	/** The directory of the built frontend; null: a plain page that links to the calls. */
	readonly pagesDirectory: string | null;
	readonly config: ServerConfig;
	readonly log: Log;
	readonly clock: { now(): number };
	readonly startedAtMs: number;
	readonly version: string;
}
