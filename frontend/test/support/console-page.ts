import type { Page } from "playwright-core";
import type { Stand } from "./game-page.js";

const PASSWORD = "a lamp for every keeper";

/** A server whose console is on, started anew; what it stored before stays. */
export async function startWithConsole(
	{ server }: Stand,
	settings: Readonly<Record<string, string>> = {},
): Promise<void> {
	await server.kill();
	await server.start({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD, ...settings });
}

/** The console's first page, signed in to. */
export async function openConsole(
	stand: Stand,
	options?: Parameters<Stand["open"]>[0],
): Promise<Page> {
	const page = await stand.open(options);
	await page.goto(`${stand.server.url}/console`);
	await page.fill("#password", PASSWORD);
	await page.click("text=Sign in");
	await page.waitForSelector("header.bar");
	return page;
}

/** One of its pages, when it has loaded. */
export async function goTo(page: Page, name: string): Promise<void> {
	await page.click(`header nav >> text=${name}`);
	await page.waitForSelector(`nav a[aria-current]:text-is("${name}")`);
	await page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
}
