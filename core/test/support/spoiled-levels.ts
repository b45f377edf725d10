import { BIN, type Level, type TerrainTile } from "@savepoint/core";
import type { LevelFault } from "./level-faults.js";

/** A way to spoil a good level, and what must be said about it. */
export interface Spoil {
	readonly name: string;
	readonly fault: LevelFault;
	/** `draw` gives whole numbers from min to max. */
	readonly spoil: (level: Level, draw: (min: number, max: number) => number) => Level;
}

const stonesOf = ({ terrain }: Level) => terrain.filter(({ type }) => type === "stone");

function withStone(level: Level, change: (bounds: TerrainTile["bounds"], nth: number) => object) {
	const stones = stonesOf(level);
	const terrain = level.terrain.map((tile) => {
		const nth = stones.indexOf(tile);
		return nth < 0 ? tile : { ...tile, bounds: { ...tile.bounds, ...change(tile.bounds, nth) } };
	});
	return { ...level, terrain };
}

function withDrop(level: Level, nth: number, change: Partial<Level["drops"][number]>): Level {
	return {
		...level,
		drops: level.drops.map((drop, at) => (at === nth ? { ...drop, ...change } : drop)),
	};
}

const anyDrop = ({ drops }: Level, draw: (min: number, max: number) => number) =>
	draw(0, drops.length - 1);
const tooNear: LevelFault = "a stone too near to another, the start or the bin";

export const SPOILS: readonly Spoil[] = [
	{
		name: "a drop over the bin",
		fault: "a drop nobody can reach",
		spoil: (level, draw) =>
			withDrop(level, anyDrop(level, draw), { x: draw(BIN.x, BIN.x + BIN.width - 1) }),
	},
	{
		name: "a drop behind the bin",
		fault: "a drop nobody can reach",
		spoil: (level, draw) => withDrop(level, anyDrop(level, draw), { x: draw(985, 1023) }),
	},
	{
		name: "a drop onto a stone that no jump reaches and no head hits",
		fault: "a drop nobody can reach",
		spoil: (level, draw) => {
			const nth = draw(0, stonesOf(level).length - 1);
			const high = withStone(level, (_, at) => (at === nth ? { y: draw(212, 300) } : {}));
			const { x = 0, width = 0 } = stonesOf(high)[nth]?.bounds ?? {};
			return withDrop(high, anyDrop(level, draw), { x: x + Math.floor(width / 2) });
		},
	},
	{
		name: "a stone too close to the bin",
		fault: tooNear,
		spoil: (level, draw) => {
			const last = stonesOf(level).length - 1;
			return withStone(level, ({ width }, nth) =>
				nth === last ? { x: BIN.x - width - draw(0, 79) } : {},
			);
		},
	},
	{
		name: "a stone too close to the start",
		fault: tooNear,
		spoil: (level, draw) => withStone(level, (_, nth) => (nth === 0 ? { x: draw(0, 223) } : {})),
	},
	{
		name: "two stones too close to each other",
		fault: tooNear,
		spoil: (level, draw) => {
			const { x = 0, width = 0 } = stonesOf(level)[0]?.bounds ?? {};
			return withStone(level, (_, nth) => (nth === 1 ? { x: x + width + draw(0, 79) } : {}));
		},
	},
	{
		name: "a wall between start and bin",
		fault: "no way home",
		spoil: (level, draw) => {
			const wall = { x: draw(150, 860), y: draw(496, 540), width: 16, height: 63 };
			const tile: TerrainTile = { id: "wall", type: "stone", bounds: wall };
			return { ...level, terrain: [...level.terrain, tile] };
		},
	},
	{
		name: "a last drop far from the bin, a moment before the end",
		fault: "no time to bring all home",
		spoil: (level, draw) => {
			const last = level.drops.length - 1;
			const { atMs = 0 } = level.drops[last] ?? {};
			return withDrop(level, last, { x: draw(48, 220), atMs: Math.max(atMs, 57_500) });
		},
	},
	{
		name: "a drop that comes before its turn",
		fault: "drops out of order or rhythm",
		spoil: (level, draw) => {
			const nth = anyDrop(level, draw);
			const { atMs = 0 } = level.drops[nth] ?? {};
			return withDrop(level, nth, { atMs: atMs - draw(1, 5999) });
		},
	},
	{
		name: "a drop after the end",
		fault: "drops out of order or rhythm",
		spoil: (level, draw) => withDrop(level, level.drops.length - 1, { atMs: draw(60_000, 90_000) }),
	},
	{
		name: "a stone too wide",
		fault: "a stone of a strange size or height",
		spoil: (level, draw) =>
			withStone(level, (_, nth) => (nth === 0 ? { width: draw(65, 200) } : {})),
	},
	{
		name: "a stone between the two heights",
		fault: "a stone of a strange size or height",
		spoil: (level, draw) => withStone(level, (_, nth) => (nth === 0 ? { y: draw(400, 462) } : {})),
	},
	{ name: "nothing falls", fault: "no drops", spoil: (level) => ({ ...level, drops: [] }) },
	{
		name: "a hole where the ground was",
		fault: "no ground",
		spoil: (level) => ({ ...level, terrain: stonesOf(level) }),
	},
	{
		name: "a tile twice",
		fault: "two tiles of one name",
		spoil: (level) => ({ ...level, terrain: [...level.terrain, ...stonesOf(level).slice(0, 1)] }),
	},
];
