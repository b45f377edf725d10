import { test } from "vitest";
import { openBrowser, untilState } from "./support/browser.js";
import { GameServer } from "./support/server.js";

test("perf", async () => {
	const server = await GameServer.open();
	const browser = await openBrowser();
	const page = await browser.newPage({
		viewport: { width: Number(process.env["W"] ?? 1280), height: Number(process.env["H"] ?? 800) },
	});
	await page.goto(`${server.url}/?seconds=20`);
	await page.waitForTimeout(1000);
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("Performance.enable");
	const rate = () =>
		page.evaluate(
			() =>
				new Promise((resolve) => {
					const t: number[] = [];
					const f = (n: number) => {
						t.push(n);
						if (t.length < 40 && n - t[0]! < 5000) requestAnimationFrame(f);
						else resolve({ frames: t.length, ms: t.at(-1)! - t[0]! });
					};
					requestAnimationFrame(f);
				}),
		);
	console.log("start screen", JSON.stringify(await rate()));
	await page.click("#start");
	await untilState(page, (s) => s.screen === "play" && s.timeMs !== null, 20000);
	await page.waitForTimeout(1500);
	const m0 = (await cdp.send("Performance.getMetrics")).metrics;
	console.log("game", JSON.stringify(await rate()));
	const m1 = (await cdp.send("Performance.getMetrics")).metrics;
	for (const name of ["ScriptDuration", "TaskDuration", "LayoutDuration", "RecalcStyleDuration"])
		console.log(
			name,
			(m1.find((m) => m.name === name)!.value - m0.find((m) => m.name === name)!.value).toFixed(3),
		);
	console.log(
		await page.evaluate(() => {
			const c = document.createElement("canvas").getContext("webgl");
			const e = c?.getExtension("WEBGL_debug_renderer_info");
			return [
				e && c?.getParameter(e.UNMASKED_RENDERER_WEBGL),
				document.querySelector("#stage canvas")?.getAttribute("style"),
				devicePixelRatio,
			];
		}),
	);
	await page.evaluate(() => {
		(document.querySelector("#stage canvas") as HTMLElement).style.display = "none";
	});
	console.log("canvas hidden", JSON.stringify(await rate()));
	await browser.close();
	await server.close();
}, 100000);
