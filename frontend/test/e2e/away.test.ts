// Goal: a server that is away costs the player nothing: no start, no game, no result. Method: it is
// killed with -9 at each of these moments, in front of a real browser.
import type { Session } from "@savepoint/core";
import { expect, test } from "vitest";
import type { TestState } from "#src/test-state.js";
import { untilState } from "../support/browser.js";
import { describeInBrowser, isPlaying, isSaying } from "../support/game-page.js";
import { playByKeys } from "../support/key-bot.js";

const isAllHome = ({ left, world }: TestState): boolean =>
	left === 0 && world !== null && "artifacts" in world && Object(world.artifacts).length > 0;

describeInBrowser("while the server is away", (stand) => {
	test("a game won while the server is dead is stored as won once it is back", async () => {
		const { server, open, start } = stand();
		const page = await open();
		const sessionId = await start(page, 12);
		await playByKeys(page, (state) => isAllHome(state) && isSaying("saved")(state));
		await server.kill();
		const end = await playByKeys(page, ({ result }) => result !== null);
		expect(end.result).toBe("won");
		await page.getByText("Your result is safe here", { exact: false }).waitFor();

		await server.start();
		await page.getByText("Stored as won.").waitFor();
		const stats = await server.read<{ wonCount: number; abandonedCount: number }>(
			"/api/sessions/stats",
		);
		console.log(`won ${stats.wonCount}, abandoned ${stats.abandonedCount}`);
		expect(stats).toMatchObject({ wonCount: 1, abandonedCount: 0 });
		const stored = await server.read<Session>(`/api/sessions/${sessionId}`);
		expect([stored.result, stored.stateHash]).toEqual(["won", end.hash]);
	});

	test("a start waits for it, and says so; one session, however often it was tried", async () => {
		const { server, open } = stand();
		const page = await open();
		// The engine is here before the server goes: the page asks for it as soon as it is idle.
		const engine = page.waitForResponse((response) => response.url().includes("open-arena"));
		await page.goto(`${server.url}/?seconds=10`);
		await engine;
		await server.kill();
		await page.click("#start");
		await page.getByText("Your game starts as soon as it answers", { exact: false }).waitFor();
		await server.start();
		await untilState(page, ({ screen }) => screen === "play");
		const { startedCount } = await server.read<{ startedCount: number }>("/api/sessions/stats");
		expect(startedCount).toBe(1);
	});

	test("a reload finds the page, and later the game", async () => {
		const { server, open, start } = stand();
		const page = await open();
		const sessionId = await start(page, 30);
		await page.waitForFunction(async () => {
			const shell = await caches.open("before-dawn:shell");
			return navigator.serviceWorker.controller !== null && (await shell.keys()).length > 3;
		});
		await untilState(page, isSaying("saved"));
		await server.kill();
		await page.reload();
		await page.getByText("Your game is safe. It goes on", { exact: false }).waitFor();
		await server.start();
		const back = await untilState(page, isPlaying);
		expect(back.sessionId).toBe(sessionId);
	});

	test("of two tabs with one session the older one says so and stops", async () => {
		const { server, open, start } = stand();
		const page = await open();
		const sessionId = await start(page, 60);
		const second = await page.context().newPage();
		await second.goto(server.url);
		const taken = await untilState(second, isPlaying);
		expect(taken.sessionId).toBe(sessionId);
		await page.getByText("This game goes on in another tab").waitFor();
		await page.click("#play-here");
		const back = await untilState(page, ({ screen }) => screen === "play");
		expect(back.sessionId).toBe(sessionId);
		await second.getByText("This game goes on in another tab").waitFor();
	});
});
