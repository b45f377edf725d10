import { test } from "vitest";
import { openBrowser, stateOf, untilState } from "./support/browser.js";
import { playByKeys } from "./support/key-bot.js";
import { GameServer } from "./support/server.js";

const which = process.env["SHOTS"] ?? "AB";
const log = (label: string, s: object) => {
	const { world, ...rest } = s as { world: unknown };
	console.log(label, JSON.stringify(rest));
};
test("shots", async () => {
	const server = await GameServer.open();
	const browser = await openBrowser();
	const watch = (page: import("playwright-core").Page) => {
		page.on("console", (m) => !m.text().includes("GL Driver") && console.log("console:", m.text()));
		page.on("pageerror", (e) => console.log("pageerror:", e.stack));
	};
	if (which.includes("A")) {
		const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
		watch(page);
		await page.goto(`${server.url}/?seconds=30`);
		await page.waitForTimeout(800);
		await page.click("#start");
		await untilState(page, (s) => s.screen === "play" && s.timeMs !== null, 20000);
		await page.waitForTimeout(500);
		await page.evaluate(() => window.savepointTest?.forgetFrames());
		await playByKeys(page, (s) => s.carried !== null || (s.timeMs ?? 0) > 12000);
		await page.screenshot({ path: "/tmp/shot-carry.png" });
		await server.kill();
		await playByKeys(
			page,
			(s) => s.saveState !== null && "state" in s.saveState && s.saveState.state === "away",
		);
		await page.screenshot({ path: "/tmp/shot-away.png" });
		log("away", await stateOf(page));
		await server.start();
		log(
			"back",
			await untilState(page, (s) => (s.saveState as { state: string } | null)?.state === "saved"),
		);
		const before = await stateOf(page);
		await page.reload();
		const after = await untilState(page, (s) => s.screen === "play" && s.timeMs !== null);
		log("before", before);
		log("after", after);
		await playByKeys(page, (s) => (s.timeMs ?? 0) > 26500);
		await page.screenshot({ path: "/tmp/shot-late.png" });
		await playByKeys(page, () => false);
		log("end", await stateOf(page));
		await untilState(page, (s) => s.screen === "result");
		await page.fill("#name", "Åsa 🌟");
		await page.click("#name-form button");
		await page.waitForTimeout(1500);
		await page.screenshot({ path: "/tmp/shot-result.png" });
		await page.click("#to-start");
		await page.waitForTimeout(1200);
		await page.screenshot({ path: "/tmp/shot-scores.png", fullPage: true });
		await page.click("#scores a");
		await untilState(page, (s) => (s.replay?.timeMs ?? 0) > 11000, 40000);
		await page.screenshot({ path: "/tmp/shot-replay.png" });
		log("replay", await stateOf(page));
		await page.close();
	}
	if (which.includes("B")) {
		const context = await browser.newContext({
			viewport: { width: 360, height: 740 },
			hasTouch: true,
			isMobile: true,
			deviceScaleFactor: 2,
			locale: "sv-SE",
		});
		const page = await context.newPage();
		watch(page);
		await page.goto(`${server.url}/?seconds=20`);
		await page.waitForTimeout(800);
		await page.screenshot({ path: "/tmp/shot-phone-start.png" });
		await page.tap("#start");
		await untilState(page, (s) => s.screen === "play" && s.timeMs !== null, 20000);
		await page.waitForTimeout(6000);
		await page.screenshot({ path: "/tmp/shot-phone.png" });
		await page.setViewportSize({ width: 740, height: 360 });
		await page.waitForTimeout(1500);
		await page.screenshot({ path: "/tmp/shot-phone-wide.png" });
		await untilState(page, (s) => s.screen === "result", 60000);
		await page.setViewportSize({ width: 360, height: 740 });
		await page.waitForTimeout(500);
		await page.screenshot({ path: "/tmp/shot-phone-lost.png" });
	}
	await browser.close();
	await server.close();
}, 200000);
