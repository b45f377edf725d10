import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { TestState } from "#src/test-state.js";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const CHROMIUM = [process.env["CHROMIUM_PATH"] ?? "", ...PLACES].find((path) => existsSync(path));

/** Why tests in a browser cannot run here, or null when they can. */
export const noBrowser: string | null =
	CHROMIUM === undefined
		? "Not here: Chromium (apt-get install chromium). Skipped: tests in a browser."
		: null;

/** Headless, with a graphics card made of software: it runs in a container without a screen. */
export function openBrowser(): Promise<Browser> {
	return chromium.launch({
		...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--use-angle=swiftshader",
			"--enable-unsafe-swiftshader",
		],
	});
}

/** The state that the page tells tests; waits for a page that is only being loaded. */
export async function stateOf(page: Page): Promise<TestState> {
	await page.waitForFunction(() => window.savepointTest !== undefined);
	return page.evaluate(() => {
		if (window.savepointTest === undefined) throw new Error("The page tells no state.");
		return window.savepointTest.read();
	});
}

/** Looks again and again until the state is as wanted. */
export async function untilState(
	page: Page,
	isWanted: (state: TestState) => boolean,
	withinMs = 20_000,
): Promise<TestState> {
	const untilMs = Date.now() + withinMs;
	for (;;) {
		const state = await stateOf(page);
		if (isWanted(state)) return state;
		if (Date.now() > untilMs) {
			const { world, ...rest } = state;
			throw new Error(`Not reached in ${withinMs} ms: ${JSON.stringify(rest)}`);
		}
		await page.waitForTimeout(60);
	}
}
