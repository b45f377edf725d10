import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { CHECKPOINT_WAL_BYTES } from "#src/limits.js";
import { type DatabasePaths, databasePaths } from "#src/storage/sqlite-paths.js";
import { copyDirectory, temporaryDirectory } from "../../storage/fixtures/files.js";
import { DRIVERS } from "../../support/drivers.js";
import { move, OpenStore, spawn as spawnMove } from "../../support/open-store.js";

/** The lives that the sweep cuts short: what is there at their start, and what they do. */

const LIFE = fileURLToPath(new URL("life.mjs", import.meta.url));
const TORN_FILES = new URL("torn-files.mjs", import.meta.url).href;
/** Some commits below the size at which the WAL is brought home. */
const ALMOST_CHECKPOINT_BYTES = CHECKPOINT_WAL_BYTES - 40 * 1024;

export interface LifeOptions {
	readonly moves: number;
	/** Plays until the WAL is so large, then waits to be killed. */
	readonly fillBytes: number | null;
	/** Waits until the log's tail was folded. */
	readonly rests: boolean;
	readonly testFault: "answer-before-commit" | null;
}

export interface Life {
	readonly name: string;
	/** Copied for each run; null: there is no database yet. */
	readonly from: DatabasePaths | null;
	readonly options: LifeOptions;
	/** Small files are written in place: for the control. */
	readonly tearsFiles?: boolean;
}

/** What a life said before it ended, and how it did. */
export interface Lived {
	readonly paths: DatabasePaths;
	readonly said: readonly string[];
	readonly end: "killed" | "closed" | "failed";
}

export const ORDINARY: LifeOptions = {
	moves: 6,
	fillBytes: null,
	rests: false,
	testFault: null,
};

/** The short lives of the sweep, with the databases that they start from. */
export async function makeLives(): Promise<Life[]> {
	const closed = await runLife({ name: "made", from: null, options: ORDINARY }, []);
	return [
		{ name: "first start", from: null, options: ORDINARY },
		{ name: "start after a clean end", from: closed.paths, options: { ...ORDINARY, moves: 9 } },
		{ name: "migration of an older schema", from: await makeOlder(), options: ORDINARY },
	];
}

/** The long one: a start after a kill, a checkpoint under way, and a fold while nobody plays. */
export async function makeLongLife(): Promise<Life> {
	const { paths, moves } = await makeFilled();
	const options = { ...ORDINARY, moves: moves + 12, rests: true };
	return { name: "start after a kill, checkpoint, fold", from: paths, options };
}

/** The directory is a copy; `under` runs it, given the paths. */
export async function runLife(
	life: Life,
	under: readonly string[] | ((paths: DatabasePaths) => readonly string[]),
): Promise<Lived> {
	const paths = databasePaths(join(temporaryDirectory(), "data", "db.sqlite"));
	if (life.from !== null) copyDirectory(life.from.directory, paths.directory);
	const command = typeof under === "function" ? under(paths) : under;
	const child = startLife(life, paths.database, command);
	let said = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	const [code, signal] = await once(child, "close");
	const end = signal === "SIGKILL" ? "killed" : code === 0 ? "closed" : "failed";
	return { paths, said: said.split("\n").filter((line) => line !== ""), end };
}

function startLife(life: Life, database: string, under: readonly string[]) {
	const preload = life.tearsFiles === true ? ["--import", TORN_FILES] : [];
	const node = [process.execPath, ...preload, LIFE, database, JSON.stringify(life.options)];
	const [command = process.execPath, ...args] = [...under, ...node];
	return spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Killed with a WAL that is about to be brought home. */
export async function makeFilled(): Promise<{ paths: DatabasePaths; moves: number }> {
	const paths = databasePaths(join(temporaryDirectory(), "data", "db.sqlite"));
	const options = { ...ORDINARY, fillBytes: ALMOST_CHECKPOINT_BYTES };
	const child = startLife({ name: "filled", from: null, options }, paths.database, []);
	let moves = 0;
	for await (const line of createInterface({ input: child.stdout })) {
		if (line.startsWith("stored ")) moves += 1;
		if (line === "filled") child.kill("SIGKILL");
	}
	return { paths, moves };
}

/** A database with sessions as a release left it that did not have high scores yet. */
export async function makeOlder(): Promise<DatabasePaths> {
	const [kit] = DRIVERS;
	if (kit === undefined) throw new Error("there is no driver");
	const place = join(temporaryDirectory(), "data", "db.sqlite");
	const open = await OpenStore.open(kit, place);
	const { sessionId } = await open.create(600);
	await open.play(sessionId, [move("old", spawnMove("old"))]);
	await open.close();
	const database = new Database(place, { fileMustExist: true });
	database.exec("drop table high_scores; delete from schema_migrations where version = 2");
	database.close();
	return databasePaths(place);
}

/** The text of strace's log, without the lines of its own. */
export const readTrace = (path: string): string[] =>
	readFileSync(path, "latin1")
		.split("\n")
		.filter((line) => /^\d+ +[a-z0-9_]+\(/.test(line));
