import { SavepointError } from "../errors.js";
import type { StorageConfig } from "../storage/config.js";
import { demandEqual, moveStorage } from "../storage/move/move-storage.js";
import type { MovePlace, TellMove } from "../storage/move/ports.js";
import { type MoveProof, proveEqual } from "../storage/move/proof.js";
import { endTarget } from "../storage/move/service-marks.js";
import { type MovePlan, planMove, standingOf } from "../storage/move/standing.js";
import { allOf, movedTables } from "../storage/move/tables.js";
import { engineOf } from "../storage/open.js";

export interface MoveRequest {
	readonly from: StorageConfig;
	readonly to: StorageConfig;
	readonly signal: AbortSignal;
	readonly tell: TellMove;
}

/** What a move would do. */
export interface MovePreview {
	readonly from: string;
	readonly to: string;
	readonly plan: MovePlan;
	/** A server uses the source now. */
	readonly served: boolean;
	/** Of the source, by table. */
	readonly rows: Readonly<Record<string, number>>;
	/** The source, with its indexes. */
	readonly bytes: number;
}

export interface MoveReport {
	readonly from: string;
	readonly to: string;
	readonly plan: MovePlan;
	readonly proof: MoveProof;
	readonly tookMs: number;
	/** How long no server could write. */
	readonly heldMs: number;
	/** Sessions that were copied again because they were played on meanwhile. */
	readonly copiedAgain: number;
	readonly memoryPeakBytes: number;
}

/** Looks at both sides and changes nothing. Rejects as `move` would before its first step. */
export async function previewMove({ from, to }: Omit<MoveRequest, "tell">): Promise<MovePreview> {
	return withPlace(await engineOf(from).lookAt(), async (source) => {
		if (source === null) throw missing(from);
		return withPlace(await engineOf(to).lookAt(), async (target) => {
			const { plan } = await planMove(source, target);
			const rows: Record<string, number> = {};
			for (const { name } of allOf(await movedTables(source)))
				rows[name] = await source.count(name);
			return {
				from: source.location,
				to: target?.location ?? engineOf(to).location,
				plan,
				served: await source.isServed(),
				rows,
				bytes: await source.bytes(),
			};
		});
	});
}

/** See `moveStorage` for what it promises. */
export async function move({ from, to, signal, tell }: MoveRequest): Promise<MoveReport> {
	const startedAtMs = performance.now();
	const source = await engineOf(from).openSource();
	try {
		// 1. What is there, before anything of the target is made or changed.
		const planned = await withPlace(await engineOf(to).lookAt(), (target) =>
			planMove(source, target),
		);
		// 2. The move.
		const target = await engineOf(to).openTarget();
		try {
			const moved = await moveStorage({ ...planned, source, target, signal, tell });
			return {
				from: source.location,
				to: target.location,
				plan: planned.plan,
				...moved,
				tookMs: Math.round(performance.now() - startedAtMs),
				memoryPeakBytes: process.resourceUsage().maxRSS * 1024,
			};
		} finally {
			await target.close();
		}
	} finally {
		await source.close();
	}
}

/** Compares two storages as a move does at its end. Rejects with MOVE_DIFFERS; changes nothing. */
export async function proveMove({ from, to, tell }: MoveRequest): Promise<MoveProof> {
	return withPlace(await engineOf(from).lookAt(), async (source) =>
		withPlace(await engineOf(to).lookAt(), async (target) => {
			if (source === null) throw missing(from);
			if (target === null) throw missing(to);
			await target.tables();
			const proof = await proveEqual(source, target, {
				tables: await movedTables(source),
				tell,
			});
			demandEqual(proof);
			return proof;
		}),
	);
}

/** A storage that serves again although its data was moved away. */
export interface ReopenReport {
	readonly place: string;
	/** Where its data is or was. */
	readonly movedTo: string;
	/** Clients notice by it that the service has gone back in time, and send again what they have. */
	readonly generation: number;
}

/**
 * The way back where the place that the data was moved to is lost: the old one serves again, as it
 * was when it was marked. Durable when it resolves. What was stored at the lost place is not
 * touched. Rejects with STORAGE_MISSING, with MOVE_REFUSED where nothing was moved away, and as a
 * start does.
 */
export async function reopenMoved(config: StorageConfig): Promise<ReopenReport> {
	const standing = await withPlace(await engineOf(config).lookAt(), async (place) => {
		if (place === null) throw missing(config);
		return standingOf(place);
	});
	if (standing === null || standing.movedTo === null || standing.movingFrom !== null)
		throw new SavepointError(
			"MOVE_REFUSED",
			`${engineOf(config).location} was not moved anywhere, so there is nothing to take back.`,
		);
	const { instanceId, movedTo } = standing;
	const generation = standing.generation + 1;
	const place = await engineOf(config).openTarget();
	try {
		await endTarget(place, { instanceId, generation });
		return { place: place.location, movedTo, generation };
	} finally {
		await place.close();
	}
}

async function withPlace<Place extends MovePlace | null, T>(
	place: Place,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	try {
		return await work(place);
	} finally {
		await place?.close();
	}
}

const missing = (config: StorageConfig): SavepointError =>
	new SavepointError("STORAGE_MISSING", `There is no database at ${engineOf(config).location}.`);
