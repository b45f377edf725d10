// Goal: the game can be played with what is at hand, and remembers what it was told. Method: a
// gamepad that is only pretended, fingers on a phone of 360 px, a wall of 3840 × 2160, and visitors
// who want silence, Swedish or little motion; each is seen to move the keeper or the page.
import { PLAYER_SIZE } from "@savepoint/core";
import type { CDPSession, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestState } from "#src/test-state.js";
import { stateOf, untilState } from "../support/browser.js";
import { describeInBrowser } from "../support/game-page.js";

const PHONE = {
	viewport: { width: 360, height: 740 },
	deviceScaleFactor: 2,
	hasTouch: true,
	isMobile: true,
};
const START_X = 80;
const STANDING_Y = 559 - PLAYER_SIZE;

const untilX = (page: Page, isThere: (x: number) => boolean) =>
	untilState(page, ({ player }) => player !== null && isThere(player.x));
const untilInTheAir = (page: Page, withinMs: number) =>
	untilState(page, ({ player }) => player !== null && player.y < STANDING_Y - 20, withinMs);

/** Below a stone the first jump breaks it and goes nowhere; each jump needs the button anew. */
async function jump(
	page: Page,
	press: () => Promise<void>,
	letGo: () => Promise<void>,
): Promise<TestState> {
	for (let tried = 1; tried < 5; tried += 1) {
		await press();
		const up = await untilInTheAir(page, 3_000).catch(() => null);
		if (up !== null) return up;
		await letGo();
		await page.evaluate(
			() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))),
		);
	}
	await press();
	return untilInTheAir(page, 10_000);
}

/** A gamepad of the standard layout, held by the test: `hold(page, { axis: 1 })`. */
async function plugIn(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const pad = {
			id: "pretended",
			index: 0,
			connected: true,
			mapping: "standard",
			timestamp: 0,
			axes: [0, 0, 0, 0],
			buttons: Array.from({ length: 17 }, () => ({ pressed: false, touched: false, value: 0 })),
		};
		Object.assign(window, { pretendedPad: pad });
		Object.assign(navigator, { getGamepads: () => [null, pad] });
	});
}

async function hold(page: Page, { axis = 0, button = -1 }): Promise<void> {
	await page.evaluate(
		([lean, pressed]) => {
			const { pretendedPad: pad } = window as unknown as {
				pretendedPad: { axes: number[]; buttons: { pressed: boolean }[] };
			};
			pad.axes[0] = lean ?? 0;
			for (const [nth, one] of pad.buttons.entries()) one.pressed = nth === pressed;
		},
		[axis, button],
	);
}

/** Real touches, several at a time: where the middle of each of these buttons is. */
async function touch(page: Page, cdp: CDPSession, actions: readonly string[]): Promise<void> {
	const points = await Promise.all(
		actions.map(async (action, id) => {
			const box = await page.locator(`[data-action="${action}"]`).boundingBox();
			if (box === null) throw new Error(`There is no button to ${action}.`);
			return { x: box.x + box.width / 2, y: box.y + box.height / 2, id };
		}),
	);
	const type = points.length > 0 ? "touchStart" : "touchEnd";
	await cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points });
}

describeInBrowser("on every device", (stand) => {
	test("a gamepad walks by stick and by cross, jumps, and lets go", async () => {
		const { open, start } = stand();
		const page = await open();
		await plugIn(page);
		await start(page, 60);
		await hold(page, { axis: 1 });
		await untilX(page, (x) => x > START_X + 200);
		await hold(page, { button: 14 });
		await untilX(page, (x) => x < START_X + 120);
		await jump(
			page,
			() => hold(page, { button: 0 }),
			() => hold(page, {}),
		);
		await hold(page, { axis: 0.2 });
		await untilState(page, ({ player }) => player?.y === STANDING_Y);
		const rested = await stateOf(page);
		await page.waitForFunction((afterMs) => {
			const { timeMs = 0 } = window.savepointTest?.read() ?? {};
			return (timeMs ?? 0) > afterMs + 200;
		}, rested.timeMs ?? 0);
		// A stick that is hardly touched moves nobody.
		expect((await stateOf(page)).player).toEqual(rested.player);
	});

	test("fingers at 360 px: two at a time, and none covers the game", async () => {
		const { open, start } = stand();
		const page = await open(PHONE);
		await start(page, 60);
		const cdp = await page.context().newCDPSession(page);
		await touch(page, cdp, ["right"]);
		await untilX(page, (x) => x > START_X + 60);
		await touch(page, cdp, []);
		const up = await jump(
			page,
			() => touch(page, cdp, ["left", "jump"]),
			() => touch(page, cdp, []),
		);
		await untilX(page, (x) => x < (up.player?.x ?? 0) || x === 0);
		await touch(page, cdp, []);

		const stage = await page.locator("#stage canvas").boundingBox();
		for (const action of ["left", "right", "act", "jump"]) {
			const button = await page.locator(`[data-action="${action}"]`).boundingBox();
			if (stage === null || button === null) throw new Error("Something is not shown.");
			expect(Math.min(button.width, button.height)).toBeGreaterThanOrEqual(44);
			expect(button.x).toBeGreaterThanOrEqual(0);
			expect(button.x + button.width).toBeLessThanOrEqual(PHONE.viewport.width);
			expect(button.y + button.height).toBeLessThanOrEqual(PHONE.viewport.height);
			expect(button.y).toBeGreaterThanOrEqual(stage.y + stage.height);
		}
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		expect(wide).toBeLessThanOrEqual(PHONE.viewport.width);
	});

	test("on a phone on its side nothing is cut off", async () => {
		const { open, start } = stand();
		const size = { width: 740, height: 360 };
		const page = await open({ ...PHONE, viewport: size });
		await start(page, 30);
		for (const part of ["#stage canvas", "#touch-walk", "#touch-do", ".bar", "#sound"]) {
			const box = await page.locator(part).boundingBox();
			if (box === null) throw new Error(`${part} is not shown.`);
			expect(box.x, part).toBeGreaterThanOrEqual(0);
			expect(box.x + box.width, part).toBeLessThanOrEqual(size.width);
			expect(box.y + box.height, part).toBeLessThanOrEqual(size.height);
		}
	});

	test("a wall of 3840 × 2160 is filled, and painted as finely as it is paid for", async () => {
		const { open, start } = stand();
		const page = await open({ viewport: { width: 3840, height: 2160 } });
		await start(page, 60);
		const canvas = page.locator("#stage canvas");
		const box = await canvas.boundingBox();
		if (box === null) throw new Error("There is no canvas.");
		expect(box.height).toBeGreaterThan(2160 * 0.85);
		expect(box.width / box.height).toBeCloseTo(1024 / 683, 2);
		expect(await canvas.evaluate((shown: HTMLCanvasElement) => shown.width)).toBe(2048);
		await page.keyboard.down("ArrowRight");
		await untilX(page, (x) => x > START_X + 100);
	});

	test("a window that is made smaller gets a picture of its own size", async () => {
		const { open, start } = stand();
		const page = await open();
		await start(page, 30);
		await page.setViewportSize({ width: 640, height: 480 });
		await page.waitForFunction(() => {
			const canvas = document.querySelector<HTMLCanvasElement>("#stage canvas");
			const stage = document.getElementById("stage");
			return canvas !== null && Math.abs(canvas.width - (stage?.clientWidth ?? 0)) < 2;
		});
		expect(await page.locator("#stage canvas").count()).toBe(1);
		await page.keyboard.down("ArrowRight");
		await untilX(page, (x) => x > START_X + 100);
	});

	test("who asks for little motion gets little: nothing swings, shakes or glides", async () => {
		const { open, start } = stand();
		const page = await open({ reducedMotion: "reduce" });
		await start(page, 30);
		expect(await page.evaluate(() => matchMedia("(prefers-reduced-motion: reduce)").matches)).toBe(
			true,
		);
		const moving = await page.evaluate(() => document.getAnimations().length);
		expect(moving).toBe(0);
		// The hills stand still while the keeper runs: a strip of them looks the same before and after.
		const strip = () =>
			page.evaluate(() => {
				const canvas = document.querySelector<HTMLCanvasElement>("#stage canvas");
				if (canvas === null) throw new Error("There is no canvas.");
				const y = Math.round((canvas.height * 500) / 683);
				const pixels = canvas.getContext("2d")?.getImageData(10, y, 60, 1).data;
				return [...(pixels ?? [])].join();
			});
		await page.keyboard.down("ArrowRight");
		await untilX(page, (x) => x > START_X + 150);
		const before = await strip();
		await untilX(page, (x) => x > START_X + 500);
		expect(await strip()).toBe(before);
	});

	test("sound off and language are remembered; M in a field is a letter", async () => {
		const { server, open } = stand();
		const page = await open();
		await page.goto(server.url);
		await page.keyboard.press("m");
		await page.selectOption("#language", "sv");
		await page.reload();
		expect(await page.locator("#sound-text").textContent()).toBe("Ljud av");
		expect(await page.locator("#start").textContent()).toBe("Börja natten");
		expect(await page.evaluate(() => document.documentElement.lang)).toBe("sv");
		await page.click("#sound");
		expect(await page.locator("#sound-text").textContent()).toBe("Ljud på");
	});
});
