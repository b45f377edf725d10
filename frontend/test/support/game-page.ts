import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import type { TestState } from "#src/test-state.js";
import { noBrowser, openBrowser, untilState } from "./browser.js";
import { GameServer } from "./server.js";

const WITHIN_MS = 400_000;

/** What a test of the page works with: a server of its own, and pages that must not fail. */
export interface Stand {
	readonly server: GameServer;
	/** 1024 × 768, English, unless the options say otherwise. */
	open(options?: BrowserContextOptions): Promise<Page>;
	/** Loads the page and starts a night; its session's id. */
	start(page: Page, seconds: number): Promise<string>;
}

/** A suite in a real browser, or one that is skipped and says why. */
export function describeInBrowser(name: string, suite: (stand: () => Stand) => void): void {
	if (noBrowser !== null) console.log(noBrowser);
	describe.skipIf(noBrowser !== null)(name, { timeout: WITHIN_MS }, () => {
		let browser: Browser;
		let server: GameServer;
		const pages: Page[] = [];
		const failures: string[] = [];

		beforeAll(async () => {
			browser = await openBrowser();
		}, WITHIN_MS);
		afterAll(() => browser?.close());
		beforeEach(async () => {
			server = await GameServer.open();
		}, WITHIN_MS);
		afterEach(async () => {
			for (const page of pages.splice(0)) await page.context().close();
			await server.close();
			expect(failures.splice(0)).toEqual([]);
		});

		suite(() => ({
			server,
			async open(options = {}) {
				const viewport = { width: 1024, height: 768 };
				const context = await browser.newContext({ viewport, locale: "en-GB", ...options });
				const page = await context.newPage();
				page.on("pageerror", (error) => failures.push(error.stack ?? error.message));
				pages.push(page);
				return page;
			},
			async start(page, seconds) {
				await page.goto(`${server.url}/?seconds=${seconds}`);
				await page.click("#start");
				const { sessionId } = await untilState(page, isPlaying);
				if (sessionId === null) throw new Error("There is no session.");
				return sessionId;
			},
		}));
	});
}

export const isPlaying = ({ screen, timeMs }: TestState): boolean =>
	screen === "play" && timeMs !== null;

/** Whether the page says so about what is stored: "saved", "saving", "away". */
export const isSaying =
	(word: string) =>
	({ saveState }: TestState): boolean =>
		saveState !== null && "state" in saveState && saveState.state === word;

/** Waits for one of the page's screens. */
export async function untilScreen(page: Page, screen: string): Promise<void> {
	await page.waitForFunction((name) => document.body.dataset["screen"] === name, screen);
}
