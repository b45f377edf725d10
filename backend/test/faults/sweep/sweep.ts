import { join } from "node:path";
import type { DatabasePaths } from "#src/storage/sqlite-paths.js";
import { temporaryDirectory } from "../../storage/fixtures/files.js";
import { DRIVERS } from "../../support/drivers.js";
import { judge } from "./judge.js";
import { type Life, readTrace, runLife } from "./lives.js";

/** Kills a life at the Nth call that changes a file, and judges what the next starts make of it. */

/** Some of the files of a database; null: all calls, whatever they are about. */
type Scope = ((paths: DatabasePaths) => string[]) | null;

const EVERYWHERE: Scope = null;
const OF_WRITER: Scope = ({ database, wal, instance, directory }) => [
	database,
	wal,
	instance,
	`${instance}.tmp`,
	directory,
];
const SMALL_FILES: Scope = ({ instance, owner, lock, reserve }) => [
	...[instance, owner].flatMap((path) => [path, `${path}.tmp`]),
	lock,
	reserve,
];
/** Writes to files at a place, syncs and names: nothing but files is changed by these. */
const CHANGES = [
	...["pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate"],
	...["rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"],
];
/** Threads talk by these, too. */
const PLAIN_WRITES = ["write", "writev"];

/**
 * One place after the other where a life is cut off: the first to the last of one call. Strace
 * counts every call by its name and in each thread by itself; the first thread that comes to N is
 * where it ends.
 */
export interface Target {
	readonly call: string;
	readonly scope: Scope;
	readonly count: number;
}

const strace = (log: string, calls: readonly string[], scope: Scope, when: number | null) => {
	const names = calls.join(",");
	return (paths: DatabasePaths): string[] => [
		...["strace", "-f", "-qq", "-s", "0", "-o", log, "-e", `trace=${names}`],
		...(when === null ? [] : ["-e", `inject=${names}:signal=KILL:when=${when}`]),
		...(scope?.(paths) ?? []).flatMap((path) => ["-P", path]),
	];
};

/** How often each thread makes each call, most first. */
async function countCalls(
	life: Life,
	calls: readonly string[],
	scope: Scope,
): Promise<Map<string, number[]>> {
	const log = join(temporaryDirectory(), "trace.txt");
	const lived = await runLife(life, strace(log, calls, scope, null));
	if (lived.end !== "closed") throw new Error(`${life.name} does not come to its end`);
	const counts = new Map<string, Map<string, number>>();
	for (const line of readTrace(log)) {
		const [, thread = "", call = ""] = /^(\d+) +([a-z0-9_]+)/.exec(line) ?? [];
		const ofCall = counts.get(call) ?? new Map<string, number>();
		counts.set(call, ofCall.set(thread, (ofCall.get(thread) ?? 0) + 1));
	}
	return new Map(
		[...counts].map(([call, threads]) => [call, [...threads.values()].sort((a, b) => b - a)]),
	);
}

/** Where each call of the thread that makes most of them can be cut off: one look at the life. */
export async function sketchTargets(life: Life): Promise<Target[]> {
	const all = await countCalls(life, CHANGES, EVERYWHERE);
	return [...all].map(([call, [most = 0]]) => ({ call, scope: EVERYWHERE, count: most }));
}

/** All the places where this life can be cut off. */
export async function planTargets(life: Life): Promise<Target[]> {
	const targets: Target[] = [];
	const [all, writers, small] = [
		await countCalls(life, CHANGES, EVERYWHERE),
		await countCalls(life, CHANGES, OF_WRITER),
		await countCalls(life, PLAIN_WRITES, SMALL_FILES),
	];
	for (const [call, [most = 0, second = 0]] of all) {
		targets.push({ call, scope: EVERYWHERE, count: most });
		// The first calls of the thread that comes second stand in the shadow of the other's.
		const shadowed = Math.min(second, writers.get(call)?.[0] ?? 0);
		if (shadowed > 0) targets.push({ call, scope: OF_WRITER, count: shadowed });
	}
	for (const [call, [most = 0]] of small) targets.push({ call, scope: SMALL_FILES, count: most });
	return targets;
}

export interface Swept {
	calls: number;
	kills: number;
	readonly failures: string[];
	readonly repairs: string[];
}

/** Cuts the life off at call `number` of the target and adds to `swept` what comes of it. */
export async function cutOff(
	life: Life,
	{ call, scope }: Target,
	number: number,
	swept: Swept,
): Promise<void> {
	const [kit] = DRIVERS;
	if (kit === undefined) throw new Error("there is no driver");
	const log = join(temporaryDirectory(), "trace.txt");
	const lived = await runLife(life, strace(log, [call], scope, number));
	const { failures, repairs } = await judge(kit, life, lived);
	const where = `${life.name}, ${call} ${number} (${readTrace(log).at(-1)?.trim()})`;
	swept.calls += 1;
	if (lived.end === "killed") swept.kills += 1;
	swept.failures.push(...failures.map((failure) => `${where}: ${failure}`));
	swept.repairs.push(...repairs.map((repair) => `${where}: ${repair}`));
}

/** A write to one of the small files beside the database. */
export const SMALL_WRITE: Target = { call: "write", scope: SMALL_FILES, count: 1 };
/** A write to the database or its log. */
export const WRITE: Target = { call: "pwrite64", scope: OF_WRITER, count: 1 };

export const emptySwept = (): Swept => ({ calls: 0, kills: 0, failures: [], repairs: [] });

export const summary = ({ calls, kills, failures, repairs }: Swept): string =>
	`calls swept ${calls} · kills ${kills} · oracle failures ${failures.length} · ` +
	`repairs on second start ${repairs.length}`;
