// Goal and method: as in screens.test.ts, in English on a desk.
import { expect, test } from "vitest";
import { ENGLISH, findingsOnEveryScreen } from "../support/every-screen.js";
import { describeInBrowser } from "../support/game-page.js";

describeInBrowser("every screen", (stand) => {
	test("has no serious finding: English", async () => {
		const seen = await findingsOnEveryScreen(stand(), ENGLISH);
		expect(Object.entries(seen).filter(([, findings]) => findings.length > 0)).toEqual([]);
	});
});
