import type { History, HistorySpan } from "@savepoint/core";
import type { Counters } from "../counters.js";
import { SavepointError } from "../errors.js";
import {
	HISTORY_FINE_MS,
	HISTORY_POINTS_MAX,
	HISTORY_SAMPLE_MS,
	HISTORY_THIN_ROWS,
} from "../limits.js";
import type { Log } from "../log.js";
import type { HistoryStore, LoneWriter } from "./ports.js";

export interface HistoryBookDeps {
	readonly store: HistoryStore;
	readonly writer: LoneWriter;
	readonly counters: () => Promise<Readonly<Counters>>;
	readonly now: () => number;
	readonly log: Log;
}

const HOUR_MS = 3_600_000;
const SPAN_MS: Readonly<Record<HistorySpan, number>> = {
	hour: HOUR_MS,
	day: 24 * HOUR_MS,
	week: 7 * 24 * HOUR_MS,
	month: 31 * 24 * HOUR_MS,
};

/**
 * The statistics over time: a sample of the counters each minute in which they changed. A sample
 * that cannot be stored is left out; the next one has the same totals.
 */
export class HistoryBook {
	readonly #deps: HistoryBookDeps;
	#timer: NodeJS.Timeout | null = null;
	#writing: Promise<void> | null = null;
	#last = "";

	constructor(deps: HistoryBookDeps) {
		this.#deps = deps;
	}

	start(): void {
		this.#timer = setInterval(() => {
			this.#writing ??= this.sample().finally(() => {
				this.#writing = null;
			});
		}, HISTORY_SAMPLE_MS);
		this.#timer.unref();
	}

	async stop(): Promise<void> {
		if (this.#timer !== null) clearInterval(this.#timer);
		await this.#writing;
	}

	/** Never rejects. */
	async sample(): Promise<void> {
		const { store, writer, counters, now, log } = this.#deps;
		try {
			const { started, won, lost, abandoned } = await counters();
			const totals = { started, won, lost, abandoned };
			const text = JSON.stringify(totals);
			if (text === this.#last) return;
			const nowMs = now();
			const atMs = nowMs - (nowMs % HISTORY_SAMPLE_MS);
			await writer.write([
				store.sample({ atMs, ...totals }),
				store.thinning(nowMs - HISTORY_FINE_MS, HISTORY_THIN_ROWS),
			]);
			this.#last = text;
		} catch (error) {
			// Full, locked, stopping: said elsewhere, and nothing of a player's is lost.
			if (!(error instanceof SavepointError)) throw error;
			log.debug({ code: error.code }, "a sample of the statistics was left out");
		}
	}

	/** The span until now, with a last point for this moment. */
	async read(span: HistorySpan): Promise<History> {
		const { store, counters, now } = this.#deps;
		const nowMs = now();
		const spanMs = SPAN_MS[span];
		const stepMs = Math.max(HISTORY_SAMPLE_MS, Math.ceil(spanMs / HISTORY_POINTS_MAX));
		const samples = await store.since(nowMs - spanMs, stepMs, HISTORY_POINTS_MAX + 1);
		const { started, won, lost, abandoned } = await counters();
		const points = [...samples, { atMs: nowMs, started, won, lost, abandoned }];
		return {
			span,
			points: points.map(({ atMs, ...totals }) => ({
				at: new Date(atMs).toISOString(),
				active: totals.started - totals.won - totals.lost - totals.abandoned,
				...totals,
			})),
		};
	}
}
