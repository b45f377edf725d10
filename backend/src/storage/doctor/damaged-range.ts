import type { ReadOnlyDatabase } from "./database.js";
import { noFindings } from "./session-findings.js";
import { examineRange, type RangeFindings, type RangeOptions } from "./session-range.js";
import { isPageDamage } from "./unreadable.js";

/**
 * The road for a range in which a page cannot be read: each key by itself, so that only the
 * sessions that lie on the bad page are called harmed. Keys, and who has them, come from an index,
 * which lies elsewhere.
 */
export function examineDamagedRange(
	database: ReadOnlyDatabase,
	options: RangeOptions,
): RangeFindings {
	const ids = readIds(database, options);
	let sum = emptyFindings(options.fromKey);
	for (const key of ids === null ? keysOf(options) : ids.keys())
		sum = join(sum, examineKey(database, { ...options, fromKey: key, toKey: key }, ids));
	return { ...sum, coveredKey: options.toKey };
}

function* keysOf({ fromKey, toKey }: RangeOptions): Generator<number> {
	for (let key = fromKey; key <= toKey; key += 1) yield key;
}

function examineKey(
	database: ReadOnlyDatabase,
	options: RangeOptions,
	ids: ReadonlyMap<number, string> | null,
): RangeFindings {
	const sessionKey = options.fromKey;
	try {
		return database.snapshot(() => examineRange(database, options));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		const found = emptyFindings(sessionKey);
		found.tally.examined += 1;
		found.harmed.push({
			sessionId: ids?.get(sessionKey) ?? null,
			sessionKey,
			reason: "a damaged page holds a part of it",
			firstBadMove: null,
		});
		return found;
	}
}

/** null where the index cannot be read either. */
function readIds(
	database: ReadOnlyDatabase,
	{ fromKey, toKey }: RangeOptions,
): Map<number, string> | null {
	try {
		const rows = database.all(
			`select session_key, session_id from sessions indexed by sqlite_autoindex_sessions_1
				where session_id > '' and session_key between $1 and $2 order by session_key`,
			[fromKey, toKey],
		);
		return new Map(rows.map((row) => [Number(row["session_key"]), String(row["session_id"])]));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

const emptyFindings = (coveredKey: number): RangeFindings => ({ ...noFindings(), coveredKey });

const join = (a: RangeFindings, b: RangeFindings): RangeFindings => ({
	coveredKey: b.coveredKey,
	tally: {
		examined: a.tally.examined + b.tally.examined,
		active: a.tally.active + b.tally.active,
		ended: a.tally.ended + b.tally.ended,
		moves: a.tally.moves + b.tally.moves,
		artifacts: a.tally.artifacts + b.tally.artifacts,
	},
	harmed: [...a.harmed, ...b.harmed],
	strays: new Map([...a.strays, ...b.strays]),
	latestActivityAtMs: laterOf(a.latestActivityAtMs, b.latestActivityAtMs),
	otherTerrain: [...a.otherTerrain, ...b.otherTerrain],
});

const laterOf = (a: number | null, b: number | null): number | null =>
	a === null ? b : b === null ? a : Math.max(a, b);
