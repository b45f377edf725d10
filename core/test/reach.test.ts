import { BIN, GROUND_Y, restingSurface, type TerrainTile, wayTo } from "@savepoint/core";
import { describe, expect, test } from "vitest";

const GROUND: TerrainTile = {
	id: "ground-0",
	type: "ground",
	bounds: { x: 0, y: GROUND_Y, width: 1024, height: 124 },
};
function stone(x: number, y: number, width = 64, height = 32): TerrainTile {
	return { id: `stone-${x}-${y}`, type: "stone", bounds: { x, y, width, height } };
}
const LOW = 463;
const HIGH = 399;

describe("where an artifact comes to lie", () => {
	const low = stone(300, LOW);
	const terrain = [GROUND, low, stone(300, HIGH, 32)];
	test("[C5] on the highest tile below it", () => {
		expect(restingSurface(terrain, 310)?.bounds.y).toBe(HIGH);
		expect(restingSurface(terrain, 350)).toBe(low);
		expect(restingSurface(terrain, 364)).toBe(GROUND);
		expect(restingSurface(terrain, 299.999)).toBe(GROUND);
	});
	test("[C5] not on a tile above the dropper", () => {
		expect(restingSurface([GROUND, stone(300, 100)], 310)).toBe(GROUND);
	});
	test("[C5] nowhere: over the bin, beside the ground", () => {
		for (const x of [BIN.x, BIN.x + BIN.width - 1, -1, 1024]) {
			expect(restingSurface(terrain, x)).toBeNull();
			expect(wayTo(terrain, x)).toBeNull();
		}
	});
});

describe("how the player gets there", () => {
	test("[C5] open ground is walked to, up to pick-up range beside the bin", () => {
		expect(wayTo([GROUND], 0)).toBe("walk");
		expect(wayTo([GROUND], BIN.x - 1)).toBe("walk");
	});
	test("[C5] behind the bin there is no way", () => {
		expect(wayTo([GROUND], BIN.x + BIN.width + 1)).toBeNull();
	});
	test("[C5] a low stone is stood on, a high one broken from below", () => {
		expect(wayTo([GROUND, stone(300, LOW)], 310)).toBe("stand");
		expect(wayTo([GROUND, stone(300, HIGH)], 310)).toBe("break");
	});
	test("[C5] a stone too high to jump onto and to hit has no way", () => {
		expect(wayTo([GROUND, stone(300, 300)], 310)).toBeNull();
		expect(wayTo([GROUND, stone(300, 400, 64, 8)], 310)).toBe("break");
		expect(wayTo([GROUND, stone(300, 340, 64, 8)], 310)).toBeNull();
	});
	test("[C5] a low stone between two neighbours without room to jump is broken", () => {
		const wedged = [GROUND, stone(240, LOW, 50), stone(300, LOW), stone(374, LOW, 50)];
		expect(wayTo(wedged, 330)).toBe("break");
	});
	test("[C5] a wall leaves no room to jump beside a stone either", () => {
		const cornered = [GROUND, stone(20, LOW, 50), stone(80, LOW, 50)];
		expect(wayTo(cornered, 45)).toBe("break");
	});
	test("[C5] a low stone with a roof close above is not stood on", () => {
		expect(wayTo([GROUND, stone(300, LOW), stone(330, 402, 20)], 310)).not.toBe("stand");
	});
	test("[C5] a stone that hangs lower than the head shuts off what is behind it", () => {
		const terrain = [GROUND, stone(400, 470), stone(600, HIGH)];
		expect(wayTo(terrain, 200)).toBe("walk");
		expect(wayTo(terrain, 414)).toBe("stand");
		expect(wayTo(terrain, 500)).toBeNull();
		expect(wayTo(terrain, 610)).toBeNull();
	});
	test("[C5] a player walled in at its start reaches only what is there", () => {
		expect(wayTo([GROUND, stone(60, 500)], 200)).toBeNull();
	});
	test("[C5] a stone right above another is given up: the model hits only what hangs free", () => {
		const stack = [GROUND, stone(300, 431), stone(300, HIGH)];
		expect(wayTo(stack, 310)).toBeNull();
	});
});
