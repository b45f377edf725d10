import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { goTo, openConsole, startWithConsole } from "../support/console-page.js";
import { describeInBrowser, type Stand } from "../support/game-page.js";

/**
 * Goal: an operator can use the console. Method: a real browser signs in, looks at every page,
 * tells the players something, takes it back in the audit log, and signs out.
 */
const PAGES = ["overview", "sessions", "notices", "keeping", "audit"] as const;

async function signIn(stand: Stand): Promise<Page> {
	await startWithConsole(stand);
	return openConsole(stand);
}

describeInBrowser("the console", (stand) => {
	it("[O5] shows every page without serious findings of axe, a session and its moves", async () => {
		const page = await signIn(stand());
		const made = await fetch(`${stand().server.url}/api/sessions`, { method: "POST" });
		const { sessionId } = (await made.json()) as { sessionId: string };
		await fetch(`${stand().server.url}/api/sessions/${sessionId}/spawn`, {
			method: "POST",
			body: JSON.stringify({ x: 200, y: 300 }),
		});
		for (const name of PAGES) {
			await goTo(page, name);
			expect(await seriousFindings(page)).toEqual([]);
		}
		await goTo(page, "sessions");
		await page.click(`text=${sessionId}`);
		await page.waitForSelector("svg.level circle");
		expect(await page.textContent("tbody")).toContain("spawn");
		expect(await seriousFindings(page)).toEqual([]);
	});

	it("[O4] tells players something, and takes it back from the audit log", async () => {
		const page = await signIn(stand());
		const shown = async () => {
			const answer = await fetch(`${stand().server.url}/api/notices/active`);
			return ((await answer.json()) as { notices: { title: string }[] }).notices;
		};
		await goTo(page, "notices");
		await page.fill("text=Title", "Maintenance tonight");
		await page.fill("text=Message", "Your games are safe.");
		await page.click("text=Show to players");
		await page.waitForSelector("tbody >> text=Maintenance tonight");
		expect(await shown()).toMatchObject([{ title: "Maintenance tonight" }]);

		// A player reads it above the game, and hides it for good.
		const player = await stand().open();
		await player.goto(stand().server.url);
		await player.waitForSelector("#news >> text=Your games are safe.");
		expect(await seriousFindings(player)).toEqual([]);
		await player.click("#news button");
		await player.waitForSelector("#news", { state: "hidden" });
		await player.reload();
		await player.waitForSelector("#start");
		expect(await player.isHidden("#news")).toBe(true);

		await goTo(page, "audit");
		await page.click("tr:has-text('send notice') >> text=Undo");
		await page.click("dialog .deed");
		await page.waitForSelector("tr:has-text('withdraw notice')");
		expect(await shown()).toEqual([]);

		await page.click("text=Sign out");
		await page.waitForSelector("#password");
		await page.reload();
		await page.waitForSelector("#password");
	});

	it("[O1] is off without a password, and says how to turn it on", async () => {
		const page = await stand().open();
		await page.goto(`${stand().server.url}/console`);
		await page.waitForSelector("text=SAVEPOINT_ADMIN_PASSWORD");
	});
});
