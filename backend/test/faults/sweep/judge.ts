import { readdirSync } from "node:fs";
import type { MovesPage } from "@savepoint/core";
import { examine } from "#src/storage/sqlite-doctor.js";
import type { DatabasePaths } from "#src/storage/sqlite-paths.js";
import { readableLog, type TestDriver } from "../../support/drivers.js";
import { answerOf, end, OpenStore } from "../../support/open-store.js";
import { warningsOfPlace } from "../oracle.js";
import type { Life, Lived } from "./lives.js";
import { FIRST_KEY, moveAt, SECOND_KEY } from "./script.mjs";

export interface Verdict {
	/** What is not as the oracle of the fault tests asks. */
	readonly failures: string[];
	/** What the second start found to repair. */
	readonly repairs: string[];
}

/** The oracle: what was acknowledged, once, in order, counted, and healthy; then nothing to do. */
export async function judge(kit: TestDriver, life: Life, lived: Lived): Promise<Verdict> {
	const failures: string[] = [];
	const repairs: string[] = [];
	if (lived.end === "failed") failures.push(`it ended by itself: ${lived.said.at(-1)}`);
	try {
		// 1. The start after the kill has everything, and takes what was cut off once more.
		await withStart(kit, lived.paths, failures, (open) =>
			checkContent(open, life, lived, failures),
		);
		// 2. Counters and checksums.
		const report = await examine(lived.paths.database, { quick: true });
		if (report.verdict !== "healthy")
			failures.push(`doctor: ${report.verdict} ${JSON.stringify(report.harmedSessions)}`);
		for (const drift of report.drift) failures.push(`counter ${drift.name} drifts`);
		// 3. The start after that is like any other.
		await withStart(kit, lived.paths, repairs, async (_open, lines) => {
			if (lines.some((line) => line.includes('"msg":"migrated"'))) repairs.push("a migration");
		});
		repairs.push(...leftovers(lived.paths));
	} catch (error) {
		failures.push(`it does not start: ${error instanceof Error ? error.message : error}`);
	}
	return { failures, repairs };
}

async function withStart(
	kit: TestDriver,
	paths: DatabasePaths,
	faults: string[],
	look: (open: OpenStore, lines: readonly string[]) => Promise<void>,
): Promise<void> {
	const { log, lines } = readableLog();
	const open = await OpenStore.open(kit, paths.database, { log, nowMs: Date.now() });
	try {
		const usual = warningsOfPlace(paths.database);
		for (const line of lines) {
			const { level, msg } = JSON.parse(line) as { level: number; msg: string };
			if (level >= 40 && !usual.includes(msg)) faults.push(`a start says: ${msg}`);
		}
		await look(open, lines);
	} finally {
		await open.close();
	}
}

async function checkContent(
	open: OpenStore,
	life: Life,
	lived: Lived,
	failures: string[],
): Promise<void> {
	const told = new Map<string, string>();
	for (const line of lived.said) {
		const [what, name, value] = line.split(" ");
		if ((what === "created" || what === "stored") && name && value) told.set(name, value);
	}
	// 1. The sessions that were answered are there, under the ids that were told.
	const first = answerOf(await open.tryCreate(600, FIRST_KEY)).sessionId;
	const second = answerOf(await open.tryCreate(600, SECOND_KEY)).sessionId;
	for (const [key, id] of [
		[FIRST_KEY, first],
		[SECOND_KEY, second],
	])
		if (told.has(key ?? "") && told.get(key ?? "") !== id) failures.push(`session ${key} is lost`);
	// 2. So are the moves, where they were told to be.
	const before = await idsOf(open, first);
	const endBefore = await idsOf(open, second);
	for (const [id, seq] of told)
		if (id.startsWith("m") && before[Number(seq) - 1] !== id) failures.push(`move ${id} is lost`);
	if (told.has("the-end") && endBefore[0] !== "the-end") failures.push("the end is lost");
	// 3. Sent again, all is there once and in order.
	const all = Array.from({ length: life.options.moves }, (_, at) => moveAt(at + 1));
	for (let at = 0; at < all.length; at += 100)
		answerOf(await open.play(first, all.slice(at, at + 100)));
	await open.single(second, end(null), "the-end");
	const after = await idsOf(open, first);
	if (String(after) !== String(all.map(({ id }) => id)))
		failures.push(`the log is not what was played: ${after.length} of ${all.length}`);
	if (String(await idsOf(open, second)) !== "the-end") failures.push("not one end");
}

async function idsOf(open: OpenStore, sessionId: string): Promise<string[]> {
	const ids: string[] = [];
	for (let after: number | null = 0; after !== null; ) {
		const page: MovesPage = await open.log(sessionId, after);
		ids.push(...page.moves.map(({ id }) => String(id)));
		after = page.next;
	}
	return ids;
}

/** Half-written files that nobody will come back to. */
const leftovers = ({ directory }: DatabasePaths): string[] =>
	readdirSync(directory, { recursive: true, encoding: "utf8" })
		.filter((name) => /\.(tmp|part|new|new-journal|corrupt|recovered)$|-wal$/.test(name))
		.map((name) => `${name} is left`);
