import {
	ARTIFACT_STATUSES,
	type Artifact,
	type ArtifactStatus,
	type LoggedType,
	MOVE_TYPES,
	OPERATOR_TYPES,
	SESSION_RESULTS,
	type TerrainTile,
} from "@savepoint/core";
import type { LoggedBody, SetBody, StoredLevel } from "./ports.js";
import { UnreadableRow } from "./unreadable-row.js";

export { type ChainLink, chainHash, genesisHash, rowChecksum } from "./hashes.js";
export { UnreadableRow };

/**
 * Domain ↔ stored text, in both directions and checked in both. `FORMAT` goes into every session
 * row: a release that writes another form reads this one by its number.
 */
export const FORMAT = 1;

const unreadable = (what: string): never => {
	throw new UnreadableRow(`${what} does not read back`);
};

const parseArray = (text: string, what: string): unknown[] => {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return unreadable(what);
	}
	return Array.isArray(value) ? value : unreadable(what);
};

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isText = (value: unknown): value is string => typeof value === "string";

// Terrain: [speed, [bin], [tile, …]] with numbers in the order of their names.

const TILE_TYPES = ["ground", "stone"] as const;

export function encodeTerrain(level: StoredLevel): string {
	const bin = level.trashCan;
	return JSON.stringify([
		level.playerSpeedPercent,
		[bin.position.x, bin.position.y, ...boundsToList(bin.bounds)],
		level.terrain.map((tile) => [
			tile.id,
			TILE_TYPES.indexOf(tile.type),
			...boundsToList(tile.bounds),
		]),
	]);
}

/** Throws UnreadableRow. */
export function decodeTerrain(text: string): StoredLevel {
	const [speed, bin, tiles] = parseArray(text, "the terrain");
	if (typeof speed !== "number" || !Array.isArray(bin) || !Array.isArray(tiles))
		return unreadable("the terrain");
	const [x, y, ...bounds] = bin;
	return {
		playerSpeedPercent: speed,
		trashCan: { position: { x: toNumber(x), y: toNumber(y) }, bounds: listToBounds(bounds) },
		terrain: tiles.map((tile) => {
			const [id, type, ...tileBounds] = Array.isArray(tile) ? tile : unreadable("a tile");
			const name = TILE_TYPES[type as number];
			if (!isText(id) || name === undefined) return unreadable("a tile");
			return { id, type: name, bounds: listToBounds(tileBounds) };
		}),
	};
}

const boundsToList = (bounds: TerrainTile["bounds"]): number[] => [
	bounds.x,
	bounds.y,
	bounds.width,
	bounds.height,
];

const toNumber = (value: unknown): number =>
	typeof value === "number" && Number.isFinite(value) ? value : unreadable("a number");

const listToBounds = (list: readonly unknown[]): TerrainTile["bounds"] => {
	if (list.length !== 4) return unreadable("the bounds of a tile");
	const [x, y, width, height] = list.map(toNumber) as [number, number, number, number];
	return { x, y, width, height };
};

// Artifacts: status by name, so that a person can read the table.

export const decodeStatus = (value: unknown): ArtifactStatus =>
	ARTIFACT_STATUSES.find((status) => status === value) ?? unreadable("an artifact's status");

// Moves: the type as a number that is never reused, the body as a short list.

const MOVE_TYPE_CODES: Readonly<Record<LoggedType, number>> = {
	spawn: 1,
	"artifact-status": 2,
	deposit: 3,
	end: 4,
	restored: 5,
	reopened: 6,
};
const LOGGED_TYPES = [...MOVE_TYPES, ...OPERATOR_TYPES] as const;

export const encodeMoveType = (type: LoggedType): number => MOVE_TYPE_CODES[type];

export const decodeMoveType = (code: unknown): LoggedType =>
	LOGGED_TYPES.find((type) => MOVE_TYPE_CODES[type] === code) ?? unreadable("a move's type");

export function encodePayload(body: LoggedBody): string {
	switch (body.type) {
		case "spawn":
			return body.artifactId === null
				? `[${body.xFixed},${body.yFixed}]`
				: `[${body.xFixed},${body.yFixed},${JSON.stringify(body.artifactId)}]`;
		case "artifact-status": {
			const status = ARTIFACT_STATUSES.indexOf(body.status);
			const id = JSON.stringify(body.artifactId);
			return body.position === null
				? `[${id},${status}]`
				: `[${id},${status},${body.position.xFixed},${body.position.yFixed}]`;
		}
		case "deposit":
			return `[${JSON.stringify(body.artifactId)}]`;
		case "end":
			return encodeEnd(body);
		case "restored":
		case "reopened":
			return encodeSet(body);
	}
}

const encodeEnd = ({ claim, stale, operator }: Extract<LoggedBody, { type: "end" }>): string => {
	if (stale) return JSON.stringify([claim, "stale"]);
	return JSON.stringify(operator === true ? [claim, "operator"] : [claim]);
};

const encodeSet = (body: SetBody): string =>
	JSON.stringify([
		body.asOf,
		body.result,
		body.endedAtMs,
		body.stale ? 1 : 0,
		body.lastPlayMs,
		body.pausedMs,
		body.artifacts.map(({ id, xFixed, yFixed, status }) => [
			id,
			xFixed,
			yFixed,
			ARTIFACT_STATUSES.indexOf(status),
		]),
	]);

function decodeSet(type: SetBody["type"], list: readonly unknown[]): SetBody {
	const [asOf, said, endedAtMs, stale, lastPlayMs, pausedMs, artifacts] = list;
	const result = said === null ? null : SESSION_RESULTS.find((one) => one === said);
	const isWhole =
		(asOf === null || isInteger(asOf)) &&
		result !== undefined &&
		(endedAtMs === null ? result === null : isInteger(endedAtMs)) &&
		isInteger(lastPlayMs) &&
		isInteger(pausedMs) &&
		Array.isArray(artifacts);
	if (!isWhole) return unreadable("a restore");
	return {
		type,
		asOf,
		result,
		endedAtMs: endedAtMs as number | null,
		stale: stale === 1,
		lastPlayMs,
		pausedMs,
		artifacts: artifacts.map(decodeArtifact),
	};
}

function decodeArtifact(value: unknown, index: number): Artifact {
	const [id, xFixed, yFixed, code] = Array.isArray(value) ? value : unreadable("an artifact");
	const status = ARTIFACT_STATUSES[code as number];
	if (!isText(id) || !isInteger(xFixed) || !isInteger(yFixed) || status === undefined)
		return unreadable("an artifact");
	return { id, index, xFixed, yFixed, status };
}

/** Throws UnreadableRow. */
export function decodePayload(type: LoggedType, text: string): LoggedBody {
	const list = parseArray(text, "a move");
	switch (type) {
		case "spawn": {
			const [xFixed, yFixed, artifactId = null] = list;
			if (!isInteger(xFixed) || !isInteger(yFixed)) return unreadable("a spawn");
			if (artifactId !== null && !isText(artifactId)) return unreadable("a spawn");
			return { type, xFixed, yFixed, artifactId };
		}
		case "artifact-status": {
			const [artifactId, statusCode, xFixed, yFixed] = list;
			const status = ARTIFACT_STATUSES[statusCode as number];
			if (!isText(artifactId) || status === undefined) return unreadable("a status");
			if (xFixed === undefined) return { type, artifactId, status, position: null };
			if (!isInteger(xFixed) || !isInteger(yFixed)) return unreadable("a status");
			return { type, artifactId, status, position: { xFixed, yFixed } };
		}
		case "deposit": {
			const [artifactId] = list;
			return isText(artifactId) ? { type, artifactId } : unreadable("a deposit");
		}
		case "end": {
			const [claim, mark] = list;
			if (claim !== null && claim !== "won" && claim !== "lost") return unreadable("an end");
			const end = { type, claim, stale: mark === "stale" } as const;
			return mark === "operator" ? { ...end, operator: true } : end;
		}
		case "restored":
		case "reopened":
			return decodeSet(type, list);
	}
}
