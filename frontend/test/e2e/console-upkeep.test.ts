import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { goTo, openConsole, startWithConsole } from "../support/console-page.js";
import { describeInBrowser } from "../support/game-page.js";

/**
 * Goal: an operator sees whether what is stored would come back, and can act on it, with a mouse, a
 * keyboard or a phone. Method: a real browser on a real server whose database is spoilt once.
 */
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const PAGES = ["storage", "backups", "quarantine"] as const;
const BACKUP_WITHIN_MS = 120_000;

const widthOf = (page: Page): Promise<number> =>
	page.evaluate(() => document.documentElement.scrollWidth);

/** Runs in the page: what came of both orders is in the audit log. */
async function resultsAreTwo(): Promise<boolean> {
	const answer = await fetch("/api/console/audit");
	const { entries } = (await answer.json()) as { entries: { action: string }[] };
	return entries.filter(({ action }) => action === "backup-result").length === 2;
}

describeInBrowser("the console's pages of upkeep", (stand) => {
	it("[O40] [O41] backs up by keyboard alone, sees it proven, and proves it again", async () => {
		await startWithConsole(stand(), { SAVEPOINT_BACKUP_EVERY_MINUTES: "0" });
		await stand().server.post("/api/sessions", {});
		const page = await openConsole(stand());
		await goTo(page, "backups");
		await page.waitForSelector(".trouble >> text=There is no proven backup.");
		expect(await page.textContent(".headline")).toBe("never");
		// 1. Escape means no.
		await page.focus("text=Back up now");
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		await page.keyboard.press("Escape");
		await page.waitForSelector("dialog", { state: "detached" });
		expect(await page.textContent("main")).toContain("There is no backup yet.");
		// 2. And now yes.
		await page.focus("text=Back up now");
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		await page.focus("dialog .deed");
		await page.keyboard.press("Enter");
		await page.waitForSelector("tbody .badge.good", { timeout: BACKUP_WITHIN_MS });
		await page.waitForSelector("[role=status] >> text=Nothing.");
		expect(await page.locator("main .trouble").count()).toBe(0);
		expect(await page.textContent(".headline")).toContain("ago");
		expect(await page.textContent("tbody")).toContain("until you delete it yourself");
		expect(await seriousFindings(page)).toEqual([]);
		// 3. Once more by the button of its line; who did what is in the audit log.
		await page.click("tbody button");
		await page.click("dialog .deed");
		await page.waitForSelector("[role=status] >> text=Proving");
		await page.waitForSelector("[role=status] >> text=Nothing.", { timeout: BACKUP_WITHIN_MS });
		await page.waitForFunction(resultsAreTwo);
		await goTo(page, "audit");
		for (const deed of ["back up", "prove backup", "backup result"])
			await page.waitForSelector(`tr:has-text("${deed}")`);
	});

	it("[O43] draws the storage over time, from the start on", async () => {
		await startWithConsole(stand());
		const page = await openConsole(stand());
		await goTo(page, "storage");
		await page.waitForSelector("text=a restart begins anew");
		await page.waitForSelector(".charts canvas", { timeout: 30_000 });
		expect(await page.locator(".charts canvas").count()).toBe(9);
		expect(await page.textContent(".charts")).toContain("Memory of the server");
		expect(await seriousFindings(page)).toEqual([]);
		await page.click("text=last day");
		await page.waitForSelector("text=The first values come 60 seconds after the start.");
	});

	it("[O42] shows what a start recovered from a spoilt database", async () => {
		await startWithConsole(stand());
		const before = await openConsole(stand());
		await goTo(before, "quarantine");
		await before.waitForSelector("text=Nothing was ever set aside.");
		await stand().server.kill();
		writeFileSync(stand().server.database, "this was a database, once upon a time");
		await startWithConsole(stand());
		const page = await openConsole(stand());
		await goTo(page, "quarantine");
		await page.waitForSelector(".paths >> text=report.txt");
		expect(await page.textContent("main")).toContain("Sessions that came back");
		expect(await seriousFindings(page)).toEqual([]);
	});

	it("[O40] [O42] [O43] fits a phone of 360 px, each page of it", async () => {
		await startWithConsole(stand());
		const page = await openConsole(stand(), PHONE);
		for (const name of PAGES) {
			await goTo(page, name);
			if (name === "storage") await page.waitForSelector(".charts canvas", { timeout: 30_000 });
			expect(await widthOf(page), name).toBe(PHONE.viewport.width);
			expect(await seriousFindings(page), name).toEqual([]);
		}
	});
});
