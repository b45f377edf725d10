import { CLOCK_SET_BACK_MS, DOWNTIME_GAP_MS } from "../limits.js";
import type { CommitOutcome, SqlRow, SqlValue } from "./driver.js";
import { movedElsewhere, SELECT_MOVED } from "./moved.js";
import type { Step } from "./postgres-batch.js";
import { asParameter, type Connections } from "./postgres-connection.js";
import { isPassing, postgresCode, postgresReason } from "./postgres-errors.js";

/**
 * The heartbeat by the database's clock: whoever comes first after a gap adds it, once, as the row
 * is locked from then to the commit (P5). A time that is a little older than the stored one comes
 * from a transaction that had to wait for another server's.
 */
export const BEAT = `update service set
		downtime_ms = downtime_ms + case
			when moment.at - heartbeat_at > ${DOWNTIME_GAP_MS}
				or moment.at - heartbeat_at < -${CLOCK_SET_BACK_MS} then moment.at - heartbeat_at
			else 0 end,
		heartbeat_at = case
			when moment.at - heartbeat_at < -${CLOCK_SET_BACK_MS} then moment.at
			else greatest(heartbeat_at, moment.at) end
	from (select coalesce(cast($1 as bigint),
		cast(extract(epoch from clock_timestamp()) * 1000 as bigint)) as at) moment
	where id = 1
	returning heartbeat_at, downtime_ms, moment.at as now`;
/** What the database said when a heartbeat was stored. */
interface Beat {
	readonly atMs: number;
	readonly downtimeMs: number;
}

export type Tried =
	| { readonly kind: "done"; readonly outcome: CommitOutcome }
	/** The same once more, row by row, to see whose change cannot be stored. */
	| { readonly kind: "look closer" }
	| { readonly kind: "again" };

export const done = (outcome: CommitOutcome): Tried => ({ kind: "done", outcome });
export const unsure = (reason: string): Tried =>
	done({ kind: "unsure", code: "STORAGE_AWAY", reason });

const NOT_AS_EXPECTED = Symbol("a row was not as the change expected it");
export const TIME_IS_UP = Symbol("no answer in time");

interface TransactionTools {
	readonly testNow: (() => number) | null;
	readonly asked: () => number;
}

/** One run of the steps of a batch, and what is known of it when it fails. */
export class Transaction {
	readonly #steps: readonly Step[];
	readonly #tools: TransactionTools;
	#isCommitting = false;
	/** Its caller was told that nothing is stored: it must not come to its COMMIT any more. */
	#isGivenUp = false;
	/** Whose changes cannot be stored. */
	#rejected = new Set<number>();
	askedMs = 0;
	beatRow: SqlRow | null = null;

	constructor(steps: readonly Step[], tools: TransactionTools) {
		this.#steps = steps;
		this.#tools = tools;
	}

	get beat(): Beat | null {
		return this.beatRow === null
			? null
			: {
					atMs: Number(this.beatRow["heartbeat_at"]),
					downtimeMs: Number(this.beatRow["downtime_ms"]),
				};
	}

	/** All statements in one way there and back; then, if each did what it must, the COMMIT. */
	async run(transaction: Connections): Promise<void> {
		this.askedMs = this.#tools.asked();
		const sent = this.#steps.map((step) => {
			const params =
				step.sql === BEAT ? [this.#tools.testNow?.() ?? null] : step.params.map(asParameter);
			return transaction.unsafe(step.sql, params, { prepare: true });
		});
		// After every other statement: what they waited for may have been a move.
		const place = transaction.unsafe(SELECT_MOVED, [], { prepare: true });
		const [answers, [placed]] = await Promise.all([
			Promise.allSettled(sent),
			Promise.allSettled([place]),
		]);
		for (const [at, answer] of answers.entries()) {
			const step = this.#steps[at];
			if (step === undefined) continue;
			if (answer.status === "rejected") {
				// The first one says why; the others only that the transaction had failed by then.
				if (postgresCode(answer.reason) === "STORAGE_CONFLICT" && step.firsts === null)
					for (const group of step.groups) this.#rejected.add(group);
				throw answer.reason;
			}
			const rows = [...answer.value] as SqlRow[];
			if (step.sql === BEAT) this.beatRow = rows[0] ?? null;
			if (step.mustChange !== null && answer.value.count !== step.mustChange)
				for (const group of missing(step, rows)) this.#rejected.add(group);
		}
		if (this.#rejected.size > 0) throw NOT_AS_EXPECTED;
		if (placed?.status === "rejected") throw placed.reason;
		const moved = movedElsewhere([...(placed?.value ?? [])][0] as SqlRow | undefined);
		if (moved !== null) throw moved;
		if (this.#isGivenUp) throw TIME_IS_UP;
		this.#isCommitting = true;
	}

	explain(error: unknown, oneByOne: boolean): Tried {
		if (error === NOT_AS_EXPECTED) return done(this.#rejection("changed by somebody else"));
		if (error === TIME_IS_UP) {
			const reason = "The database did not answer in time.";
			this.#isGivenUp = true;
			return this.#isCommitting
				? unsure(reason)
				: done({ kind: "unavailable", code: "STORAGE_AWAY", reason });
		}
		if (isPassing(error)) return { kind: "again" };
		const code = postgresCode(error);
		const reason = postgresReason(error);
		switch (code) {
			case "STORAGE_CONFLICT":
				if (this.#rejected.size > 0) return done(this.#rejection(reason));
				if (!oneByOne) return { kind: "look closer" };
				return done({ kind: "lost", code, reason });
			case "STORAGE_BUSY":
			case "STORAGE_FULL":
			case "STORAGE_READ_ONLY":
				return done({ kind: "unavailable", code, reason });
			case "STORAGE_AWAY":
				// P3: a connection that was lost during COMMIT leaves open what became of it.
				return this.#isCommitting ? unsure(reason) : done({ kind: "unavailable", code, reason });
			default:
				return done({ kind: "lost", code, reason });
		}
	}

	#rejection(reason: string): CommitOutcome {
		return { kind: "rejected", groups: [...this.#rejected], code: "STORAGE_CONFLICT", reason };
	}
}

/** The groups of the rows that were not stored, by the first column that `returning` gave back. */
function missing({ groups, firsts }: Step, rows: SqlRow[]): number[] {
	if (firsts === null) return [...groups];
	const stored = new Map<SqlValue, number>();
	for (const row of rows) {
		const [first = null] = Object.values(row);
		stored.set(first, (stored.get(first) ?? 0) + 1);
	}
	const sent = new Map<SqlValue, number>();
	for (const first of firsts) sent.set(first, (sent.get(first) ?? 0) + 1);
	return groups.filter((_, at) => {
		const first = firsts[at] ?? null;
		return stored.get(first) !== sent.get(first);
	});
}
