// Goal: nothing on any screen stands in somebody's way. Method: axe-core on every screen as the
// browser shows it, in Swedish on a phone; no serious or critical finding. screens.slow.ts does it
// in English on a desk.
import { expect, test } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { findingsOnEveryScreen, SWEDISH_PHONE } from "../support/every-screen.js";
import { describeInBrowser } from "../support/game-page.js";

describeInBrowser("every screen", (stand) => {
	test("has no serious finding: Swedish at 360 px", async () => {
		const seen = await findingsOnEveryScreen(stand(), SWEDISH_PHONE);
		expect(Object.entries(seen).filter(([, findings]) => findings.length > 0)).toEqual([]);
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
