import type { StorageHistory, StorageSpan } from "@savepoint/core";
import {
	STORAGE_COARSE_EVERY,
	STORAGE_COARSE_POINTS_MAX,
	STORAGE_FINE_MS,
	STORAGE_FINE_POINTS_MAX,
} from "../limits.js";
import type { Log } from "../log.js";
import type { DiskUse } from "../storage/disk-use.js";
import type { StorageReport } from "../storage/ports.js";
import { Ring } from "./ring.js";
import { type CommitInterval, StorageMeter } from "./storage-meter.js";

/** How this process does. */
export interface ProcessVitals {
	/** Since the last time that it was read. */
	readonly eventLoopMsP99: number;
	readonly memoryBytes: number;
}

export interface StorageHistoryDeps {
	readonly report: () => Pick<StorageReport, "commits" | "gauges">;
	readonly diskUse: () => Promise<DiskUse>;
	readonly vitals: () => ProcessVitals;
	readonly log: Log;
	readonly now: () => number;
}

interface Point extends CommitInterval, ProcessVitals {
	readonly atMs: number;
	readonly queueDepth: number;
	readonly walBytes: number;
	readonly usedBytes: number | null;
	readonly freeBytes: number | null;
}

interface Track {
	readonly ring: Ring<Point>;
	readonly meter: StorageMeter;
}

/**
 * How the storage does over time, in memory and bounded: a point every five seconds for an hour, a
 * point a minute for a day. It begins empty with each start. A point costs a few subtractions and
 * two questions about the disk, which are asked off the event loop's thread and never waited for.
 */
export class StorageHistoryBook {
	readonly #deps: StorageHistoryDeps;
	readonly #startedAtMs: number;
	readonly #tracks: Readonly<Record<StorageSpan, Track>>;
	/** The fine points that the next coarse one stands for. */
	#gathered: Point[] = [];
	#disk: DiskUse = { databaseBytes: null, freeBytes: null };
	#isDiskAsked = false;
	#timer: NodeJS.Timeout | null = null;

	constructor(deps: StorageHistoryDeps) {
		this.#deps = deps;
		const nowMs = deps.now();
		const { commits } = deps.report();
		this.#startedAtMs = nowMs;
		this.#tracks = {
			hour: { ring: new Ring(STORAGE_FINE_POINTS_MAX), meter: new StorageMeter(commits, nowMs) },
			day: { ring: new Ring(STORAGE_COARSE_POINTS_MAX), meter: new StorageMeter(commits, nowMs) },
		};
	}

	start(): void {
		this.#askDisk();
		this.#timer = setInterval(() => this.#trySample(), STORAGE_FINE_MS);
		this.#timer.unref();
	}

	stop(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
	}

	/** Out of files or memory, say: then there is no point, and the server goes on. */
	#trySample(): void {
		try {
			this.sample();
		} catch (error) {
			this.#deps.log.debug({ err: error }, "a sample of the storage was left out");
		}
	}

	sample(): void {
		const { report, vitals, now } = this.#deps;
		const { commits, gauges } = report();
		const atMs = now();
		const { databaseBytes, freeBytes } = this.#disk;
		const { hour, day } = this.#tracks;
		const point: Point = {
			atMs,
			...hour.meter.read(commits, atMs),
			...vitals(),
			queueDepth: commits.depth,
			walBytes: gauges.walBytes,
			usedBytes: databaseBytes === null ? null : databaseBytes + gauges.walBytes,
			freeBytes,
		};
		hour.ring.push(point);
		this.#gathered.push(point);
		if (this.#gathered.length >= STORAGE_COARSE_EVERY) {
			day.ring.push({ ...worstOf(this.#gathered, point), ...day.meter.read(commits, atMs) });
			this.#gathered = [];
		}
		this.#askDisk();
	}

	read(span: StorageSpan): StorageHistory {
		const points = this.#tracks[span].ring.values();
		const column = <K extends keyof Point>(name: K): Point[K][] =>
			points.map((point) => point[name]);
		const rounded = (name: "batchesPerSecond" | "eventLoopMsP99"): number[] =>
			column(name).map(short);
		const roundedGaps = (name: "changesPerBatch" | "syncMsP50" | "syncMsP99") =>
			column(name).map((value) => (value === null ? null : short(value)));
		return {
			span,
			since: new Date(this.#startedAtMs).toISOString(),
			intervalSeconds: (STORAGE_FINE_MS * (span === "hour" ? 1 : STORAGE_COARSE_EVERY)) / 1_000,
			at: column("atMs").map((atMs) => atMs / 1_000),
			batchesPerSecond: rounded("batchesPerSecond"),
			changesPerBatch: roundedGaps("changesPerBatch"),
			syncMsP50: roundedGaps("syncMsP50"),
			syncMsP99: roundedGaps("syncMsP99"),
			queueDepth: column("queueDepth"),
			walBytes: column("walBytes"),
			usedBytes: column("usedBytes"),
			freeBytes: column("freeBytes"),
			eventLoopMsP99: rounded("eventLoopMsP99"),
			memoryBytes: column("memoryBytes"),
		};
	}

	/** One question at a time: a disk that does not answer leaves the last answer standing. */
	#askDisk(): void {
		if (this.#isDiskAsked) return;
		this.#isDiskAsked = true;
		void this.#deps
			.diskUse()
			.then((use) => {
				this.#disk = use;
			})
			// What cannot be asked is not known.
			.catch(() => {
				this.#disk = { databaseBytes: null, freeBytes: null };
			})
			.finally(() => {
				this.#isDiskAsked = false;
			});
	}
}

/** A short peak must not vanish in a longer interval. */
function worstOf(points: readonly Point[], last: Point): Point {
	const most = (name: "queueDepth" | "walBytes" | "eventLoopMsP99" | "memoryBytes"): number =>
		Math.max(...points.map((point) => point[name]));
	return {
		...last,
		queueDepth: most("queueDepth"),
		walBytes: most("walBytes"),
		eventLoopMsP99: most("eventLoopMsP99"),
		memoryBytes: most("memoryBytes"),
	};
}

/** Three places after the point, as more says nothing and makes the answer longer. */
const short = (value: number): number => Math.round(value * 1_000) / 1_000;
