// Goal: what a player or an operator typed is shown and never run. Method: a real browser looks at
// a tag, a notice and an audit entry that are markup; the console's cookie is what a script would
// want.
import { expect, test } from "vitest";
import { describeInBrowser } from "../support/game-page.js";

const PASSWORD = "a lamp for every keeper";
/** Short enough for a tag, and it would run wherever it became markup. */
const TAG = "<img src=x onerror=x()>";
const NOTICE = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>";
const CONSOLE = { "x-savepoint-console": "1" };

interface Watched {
	ran?: number;
	x?: () => void;
}

describeInBrowser("what was typed", (stand) => {
	test("[X40] a tag and a notice that are markup are shown as text", async () => {
		const { server, open } = stand();
		await server.kill();
		await server.start({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
		// 1. Typed.
		await server.post("/api/high-scores", { playerTag: TAG, result: "won", remainingUnchecked: 0 });
		const signedIn = await fetch(`${server.url}/api/console/sign-in`, {
			method: "POST",
			headers: CONSOLE,
			body: JSON.stringify({ password: PASSWORD }),
		});
		const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
		const sent = await fetch(`${server.url}/api/console/notices`, {
			method: "POST",
			headers: { ...CONSOLE, cookie },
			body: JSON.stringify({
				title: NOTICE,
				message: NOTICE,
				validTo: new Date(Date.now() + 600_000).toISOString(),
			}),
		});
		expect(sent.status).toBe(200);
		// 2. Shown in the game.
		const page = await open();
		await page.addInitScript(() => {
			const watched = window as Watched;
			watched.x = () => {
				watched.ran = 1;
			};
		});
		const ran = () => page.evaluate(() => (window as Watched).ran ?? 0);
		await page.goto(server.url);
		await page.locator("#scores td.name").first().waitFor();
		expect(await page.locator("#scores td.name").first().textContent()).toBe(TAG);
		expect(await page.locator("#scores img, #scores script").count()).toBe(0);
		// 3. Shown in the console: the notice, and what was before and after in the audit log.
		await page.goto(`${server.url}/console`);
		await page.fill("#password", PASSWORD);
		await page.click("text=Sign in");
		await page.waitForSelector("header.bar");
		for (const name of ["notices", "audit"]) {
			await page.click(`header nav >> text=${name}`);
			// Folded away in the audit log, and there all the same.
			const shown = page.locator("main").getByText(NOTICE.slice(0, 20)).first();
			await shown.waitFor({ state: "attached" });
			expect(await page.locator("main img, main script").count()).toBe(0);
		}
		expect(await ran()).toBe(0);
		// 4. The cookie is out of reach of whatever might run after all.
		expect(await page.evaluate(() => document.cookie)).toBe("");
	});

	test("[X40] markup that got into a page would not run: its policy forbids it", async () => {
		const { server, open } = stand();
		const page = await open();
		const refused: string[] = [];
		page.on("console", (message) => {
			if (/Content Security Policy/.test(message.text())) refused.push(message.text());
		});
		for (const path of ["/", "/console/"]) {
			await page.goto(server.url + path);
			const ran = await page.evaluate(async () => {
				const box = document.createElement("div");
				box.innerHTML = "<img src='data:,' onerror='window.ran=1'>";
				const failed = new Promise((resolve) =>
					box.firstElementChild?.addEventListener("error", resolve),
				);
				document.body.append(box);
				const script = document.createElement("script");
				script.textContent = "window.ran = 1";
				document.body.append(script);
				await failed;
				return (window as Watched).ran ?? 0;
			});
			expect(ran).toBe(0);
		}
		expect(refused.length).toBeGreaterThan(0);
	});

	test("[X40] negative control: without the policy the same markup runs", async () => {
		const { server, open } = stand();
		const page = await open({ bypassCSP: true });
		await page.goto(server.url);
		const ran = page.waitForFunction(() => (window as Watched).ran === 1);
		await page.evaluate(() => {
			const box = document.createElement("div");
			box.innerHTML = "<img src='data:,' onerror='window.ran=1'>";
			document.body.append(box);
		});
		await ran;
	});
});
