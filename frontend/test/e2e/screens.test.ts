// Goal: nothing on any screen stands in somebody's way. Method: axe-core on every screen as the
// browser shows it, in both languages and on a narrow one; no serious or critical finding.
import { expect, test } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { untilState } from "../support/browser.js";
import { describeInBrowser, isPlaying, isSaying, untilScreen } from "../support/game-page.js";
import { playByKeys } from "../support/key-bot.js";
import { playNights } from "../support/stored-nights.js";

const NARROW = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

describeInBrowser("every screen", (stand) => {
	test.each([
		{ name: "English", options: {}, stored: "Stored as", away: "Server is away" },
		{
			name: "Swedish at 360 px",
			options: { ...NARROW, locale: "sv-SE" },
			stored: "Sparat som",
			away: "Servern är borta",
		},
	])("has no serious finding: $name", async ({ options, stored, away }) => {
		const { server, open } = stand();
		const page = await open(options);
		const seen: Record<string, string[]> = {};
		const look = async (screen: string) => {
			seen[screen] = await seriousFindings(page);
		};
		await page.goto(`${server.url}/?seconds=10`);
		await look("start, an empty list");
		await playNights(server, ["Ada", "夜明け前"]);
		await page.reload();
		await page.locator("#scores td").first().waitFor();
		await look("start with high scores");

		await page.click("#start");
		await untilState(page, isPlaying);
		await look("play");
		await untilScreen(page, "result");
		await page.getByText(stored, { exact: false }).waitFor();
		await look("result");
		await page.fill("#name", "   ");
		await page.click("#name-form button");
		await look("result, a bad name");
		await page.click("#watch-own");
		await untilState(page, ({ replay }) => (replay?.timeMs ?? 0) > 100);
		await look("replay");

		await page.goto(`${server.url}/?seconds=30`);
		await page.click("#start");
		await playByKeys(page, ({ lying }) => lying > 0);
		await server.kill();
		await playByKeys(page, isSaying("away"));
		await page.getByText(away, { exact: false }).waitFor();
		await look("server away in the game");
		await server.start();
		await untilState(page, isSaying("saved"));
		const second = await page.context().newPage();
		await second.goto(server.url);
		await untilScreen(page, "other-tab");
		await look("another tab");
		await second.close();

		await page.goto(server.url);
		await server.kill();
		await page.reload();
		await page.locator("#start-notice:not(:empty)").waitFor();
		await look("server away at the start");
		await page.click("#give-up");
		await page.goto(`${server.url}/?replay=none`).catch(() => undefined);
		await server.start();
		await page.goto(`${server.url}/?replay=none`);
		await page.locator("#start-notice:not(:empty)").waitFor();
		await look("no such replay");

		console.log(`axe on ${Object.keys(seen).length} screens: ${Object.keys(seen).join(", ")}`);
		const found = Object.entries(seen).filter(([, findings]) => findings.length > 0);
		expect(found).toEqual([]);
	});

	test("axe would find it: a button without a name, text too pale", async () => {
		const { server, open } = stand();
		const page = await open();
		await page.goto(server.url);
		await page.evaluate(() => {
			const button = document.createElement("button");
			const pale = document.createElement("p");
			pale.textContent = "pale";
			pale.style.cssText = "color:#333;background:#222";
			document.querySelector("main")?.append(button, pale);
		});
		const findings = await seriousFindings(page);
		expect(findings.map((line) => line.split(":")[0]).sort()).toEqual([
			"button-name",
			"color-contrast",
		]);
	});
});
