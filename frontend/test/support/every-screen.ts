import type { BrowserContextOptions } from "playwright-core";
import { seriousFindings } from "./axe.js";
import { untilState } from "./browser.js";
import { isPlaying, isSaying, type Stand, untilScreen } from "./game-page.js";
import { playByKeys } from "./key-bot.js";
import { playNights } from "./stored-nights.js";

/** A player's browser, and the words by which a screen is known in their language. */
export interface Visit {
	readonly options: BrowserContextOptions;
	readonly stored: string;
	readonly away: string;
}

export const ENGLISH: Visit = { options: {}, stored: "Stored as", away: "Server is away" };
export const SWEDISH_PHONE: Visit = {
	options: {
		...{ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
		locale: "sv-SE",
	},
	stored: "Sparat som",
	away: "Servern är borta",
};

/** Serious findings of axe by screen, on every screen that the game has. */
export async function findingsOnEveryScreen(
	{ server, open }: Stand,
	{ options, stored, away }: Visit,
): Promise<Readonly<Record<string, string[]>>> {
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
	return seen;
}
