// Goal: a picture of every screen, for people to look at. Method: a real server and a real browser
// in which the bot plays by keys or by touch; each picture is taken where the page says that it is
// there. `npm run pictures -- <folder>`.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { noBrowser, openBrowser, untilState } from "../support/browser.js";
import { playByKeys } from "../support/key-bot.js";
import { GameServer } from "../support/server.js";
import { playNights } from "../support/stored-nights.js";

if (noBrowser !== null) console.log(noBrowser);

const given = process.env["BEFORE_DAWN_PICTURES"];
const folder = given ? resolve(given) : mkdtempSync(join(tmpdir(), "before-dawn-pictures-"));
const NAMES = ["Ada", "Nattuggla", "Þórdís", "Светлана", "A name of twenty-four ab", "Bo"];
const WIN_TRIES = 6;

const SIZES = {
	desk: { viewport: { width: 1280, height: 800 } },
	phone: {
		viewport: { width: 360, height: 740 },
		deviceScaleFactor: 2,
		hasTouch: true,
		isMobile: true,
	},
	phoneOnItsSide: {
		viewport: { width: 740, height: 360 },
		deviceScaleFactor: 2,
		hasTouch: true,
		isMobile: true,
	},
	wall: { viewport: { width: 3840, height: 2160 } },
} satisfies Record<string, BrowserContextOptions>;

describe.skipIf(noBrowser !== null)("pictures", () => {
	let browser: Browser;
	let server: GameServer;

	beforeAll(async () => {
		mkdirSync(folder, { recursive: true });
		browser = await openBrowser();
		server = await GameServer.open();
		await playNights(server, NAMES);
		console.log(`Pictures in ${folder}`);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	async function open(options: BrowserContextOptions, locale = "en-GB"): Promise<Page> {
		const context = await browser.newContext({ ...options, locale });
		return context.newPage();
	}

	const shoot = (page: Page, name: string, fullPage = false) =>
		page.screenshot({ path: join(folder, `${name}.png`), fullPage });

	async function startNight(page: Page, seconds: number): Promise<void> {
		await page.goto(`${server.url}/?seconds=${seconds}`);
		await page.locator("#scores td").first().waitFor();
		await page.click("#start");
		await untilState(page, ({ screen, timeMs }) => screen === "play" && timeMs !== null);
	}

	const toScreen = (page: Page, screen: string) =>
		page.waitForFunction((name) => document.body.dataset["screen"] === name, screen);

	test("the start, and a night from its middle to its end", async () => {
		const page = await open(SIZES.desk);
		await page.goto(server.url);
		await page.locator("#scores td").first().waitFor();
		await shoot(page, "01-start");
		await shoot(page, "02-high-scores", true);
		await startNight(page, 40);
		await playByKeys(page, ({ carried }) => carried !== null);
		await shoot(page, "04-carrying");
		await playByKeys(page, ({ timeMs, lying }) => (timeMs ?? 0) > 23_000 && lying > 0);
		await shoot(page, "03-mid-game");
		await playByKeys(page, ({ timeMs }) => (timeMs ?? 0) > 35_500);
		await shoot(page, "05-last-seconds");
		await page.context().close();
	});

	test("won", async () => {
		const page = await open(SIZES.desk);
		for (let nth = 0; nth < WIN_TRIES; nth += 1) {
			await startNight(page, 12);
			const { result } = await playByKeys(page, (state) => state.result !== null);
			await shoot(page, "06-won-in-the-scene");
			await toScreen(page, "result");
			if (result === "won") break;
		}
		await page.getByText("Stored as", { exact: false }).waitFor();
		await shoot(page, "07-won");
		await page.fill("#name", "Ada");
		await page.click("#name-form button");
		await page.getByText("You are on the list.").waitFor();
		await shoot(page, "08-on-the-list");
		await page.click("#watch-own");
		await untilState(page, ({ replay }) => (replay?.timeMs ?? 0) > 7500);
		await shoot(page, "11-replay");
		await page.context().close();
	});

	test("lost, and the server away", async () => {
		const page = await open(SIZES.desk);
		await startNight(page, 10);
		await toScreen(page, "result");
		await page.getByText("Stored as", { exact: false }).waitFor();
		await shoot(page, "09-lost");

		await startNight(page, 30);
		await playByKeys(page, ({ timeMs }) => (timeMs ?? 0) > 5500);
		await server.kill();
		await playByKeys(page, ({ saveText }) => saveText.includes("away"));
		await shoot(page, "10-server-away");
		await page.reload();
		await page.getByText("Your game is safe.", { exact: false }).waitFor();
		await shoot(page, "12-reload-while-away");
		await server.start();
		await untilState(page, ({ screen }) => screen === "play");
		const second = await page.context().newPage();
		await second.goto(server.url);
		await toScreen(page, "other-tab");
		await shoot(page, "13-other-tab");
		await page.context().close();
	});

	test("on a phone", async () => {
		const page = await open(SIZES.phone);
		await page.goto(server.url);
		await page.locator("#scores td").first().waitFor();
		await shoot(page, "20-phone-start", true);
		await startNight(page, 14);
		await playByKeys(page, ({ timeMs }) => (timeMs ?? 0) > 9000);
		await shoot(page, "21-phone-touch");
		await toScreen(page, "result");
		await shoot(page, "23-phone-result");
		await page.context().close();

		const side = await open(SIZES.phoneOnItsSide);
		await startNight(side, 20);
		await playByKeys(side, ({ timeMs }) => (timeMs ?? 0) > 9000);
		await shoot(side, "22-phone-on-its-side");
		await side.context().close();
	});

	test("in Swedish", async () => {
		const page = await open(SIZES.desk, "sv-SE");
		await page.goto(server.url);
		await page.locator("#scores td").first().waitFor();
		await shoot(page, "30-swedish-start");
		await startNight(page, 14);
		await playByKeys(page, ({ timeMs }) => (timeMs ?? 0) > 8000);
		await shoot(page, "31-swedish-game");
		await toScreen(page, "result");
		await page.waitForTimeout(500);
		await shoot(page, "32-swedish-result");
		await page.context().close();
	});

	test("on a wall of 3840 × 2160", async () => {
		const page = await open(SIZES.wall);
		await page.goto(server.url);
		await page.locator("#scores td").first().waitFor();
		await shoot(page, "40-4k-start");
		await startNight(page, 20);
		await playByKeys(page, ({ timeMs }) => (timeMs ?? 0) > 9000);
		await shoot(page, "41-4k-game");
		await page.context().close();
	});
});
