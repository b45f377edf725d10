// Goal: a player never notices that the server was killed. Method: a bot plays in a real browser
// with real keys; the server is killed with -9 in the middle of it, also while the bot carries a
// star; the page is loaded again; in the end server, page and replay must agree to the last bit.
import type { LoggedMove, Session } from "@savepoint/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { noBrowser, openBrowser, stateOf, untilState } from "../support/browser.js";
import { playByKeys } from "../support/key-bot.js";
import { GameServer } from "../support/server.js";

if (noBrowser !== null) console.log(noBrowser);

const GAME_S = 30;
const WITHIN_MS = 150_000;

describe.skipIf(noBrowser !== null)("the game in a browser", { timeout: WITHIN_MS }, () => {
	let browser: Browser;
	let server: GameServer;
	let page: Page;
	const failures: string[] = [];

	beforeAll(async () => {
		browser = await openBrowser();
	});
	afterAll(() => browser?.close());
	beforeEach(async () => {
		server = await GameServer.open();
		page = await openPage();
	});
	afterEach(async () => {
		await page.context().close();
		await server.close();
		expect(failures.splice(0)).toEqual([]);
	});

	async function openPage(): Promise<Page> {
		const context = await browser.newContext({
			viewport: { width: 1024, height: 768 },
			locale: "en-GB",
		});
		const opened = await context.newPage();
		opened.on("pageerror", (error) => failures.push(error.stack ?? error.message));
		return opened;
	}

	async function startGame(seconds: number): Promise<string> {
		await page.goto(`${server.url}/?seconds=${seconds}`);
		await page.click("#start");
		const { sessionId } = await untilState(page, ({ screen, timeMs }) => {
			return screen === "play" && timeMs !== null;
		});
		if (sessionId === null) throw new Error("There is no session.");
		return sessionId;
	}

	const isSaying = (word: string) => (state: { readonly saveState: object | null }) =>
		state.saveState !== null && "state" in state.saveState && state.saveState.state === word;

	test("two kills and a reload: one session, each deposit once, one result for all", async () => {
		const sessionId = await startGame(GAME_S);
		await page.evaluate(() => window.savepointTest?.forgetFrames());

		// Killed while the bot carries a star.
		await playByKeys(page, ({ carried }) => carried !== null);
		await server.kill();
		const away = await playByKeys(page, isSaying("away"));
		expect(away.saveText).toBe("Server is away. Your game is safe here.");
		await server.start();
		await playByKeys(page, isSaying("saved"));

		// Killed again, started again, and then the page is loaded anew.
		await server.kill();
		const { frames } = await stateOf(page);
		await server.start();
		await playByKeys(page, isSaying("saved"));
		const before = await stateOf(page);
		const reloadAt = performance.now();
		await page.reload();
		const after = await untilState(page, ({ screen, timeMs }) => {
			return screen === "play" && timeMs !== null;
		});
		expect(after.sessionId).toBe(sessionId);
		const reloadedMs = (after.timeMs ?? 0) - (before.timeMs ?? 0);
		expect(reloadedMs).toBeGreaterThan(-500);
		expect(reloadedMs).toBeLessThan(performance.now() - reloadAt + 500);

		// With the next stored move the server's clock is the player's: it knows no other news of it.
		const known = await stateOf(page);
		const moved = await playByKeys(page, (state) => {
			return state.serverHash !== known.serverHash && isSaying("saved")(state);
		});
		const stored = await server.read<Session>(`/api/sessions/${sessionId}`);
		const remainingMs = (moved.durationMs ?? 0) - (moved.timeMs ?? 0);
		expect(Math.abs(stored.remainingSeconds * 1000 - remainingMs)).toBeLessThan(500);

		const end = await playByKeys(page, ({ result }) => result !== null);
		await page.waitForFunction(() => document.body.dataset["screen"] === "result");
		await page.getByText(`Stored as ${end.result}.`).waitFor();

		const session = await server.read<Session>(`/api/sessions/${sessionId}`);
		expect(session.result).toBe(end.result);
		expect(session.score).toBe(end.lying);
		expect(session.stateHash).toBe((await stateOf(page)).hash);
		const { moves } = await server.read<{ moves: LoggedMove[] }>(
			`/api/sessions/${sessionId}/moves?limit=256`,
		);
		const deposits = moves.filter(({ type, applied }) => type === "deposit" && applied);
		expect(new Set(deposits.map((move) => move.artifactId)).size).toBe(deposits.length);
		expect(moves.filter(({ applied }) => !applied)).toEqual([]);
		const left = session.artifacts.filter(({ status }) => status !== "deposited");
		expect(left.length).toBe(end.left);
		const { p95Ms, maxMs, count } = frames;
		console.log(`${end.result}; ${count} frames: p95 ${p95Ms.toFixed(1)} ms, longest ${maxMs} ms`);

		// Onto the list; what is typed into the field is the field's alone.
		await page.fill("#name", "");
		await page.locator("#name").pressSequentially("Mamma 🦉");
		expect(await page.locator("#sound-text").textContent()).toBe("Sound on");
		expect(await seriousFindings(page)).toEqual([]);
		await page.click("#name-form button");
		await page.getByText("You are on the list.").waitFor();
		await page.click("#to-start");
		await page.locator("#scores td.name").getByText("Mamma 🦉").waitFor();
		expect(await seriousFindings(page)).toEqual([]);

		// The replay, by its public link, leads to the very same state.
		await page.click("#scores a");
		const shown = await untilState(page, ({ replay }) => (replay?.timeMs ?? 0) > 300);
		expect(shown.replay?.hashMatches).toBe(true);
		expect(page.url()).not.toContain(sessionId);
		expect(await seriousFindings(page)).toEqual([]);
	});

	test("a game won while the server is dead is stored as won once it is back", async () => {
		const sessionId = await startGame(12);
		const won = ({ left, world }: { readonly left: number; readonly world: object | null }) =>
			left === 0 && world !== null && "artifacts" in world && Object(world.artifacts).length > 0;
		await playByKeys(page, (state) => won(state) && isSaying("saved")(state));
		await server.kill();
		const end = await playByKeys(page, ({ result }) => result !== null);
		expect(end.result).toBe("won");
		await page.getByText("Your result is safe here", { exact: false }).waitFor();

		await server.start();
		await page.getByText("Stored as won.").waitFor();
		const stats = await server.read<{ wonCount: number; abandonedCount: number }>(
			"/api/sessions/stats",
		);
		expect(stats).toMatchObject({ wonCount: 1, abandonedCount: 0 });
		expect((await server.read<Session>(`/api/sessions/${sessionId}`)).result).toBe("won");
	});

	test("a start while the server is away waits for it, and says so", async () => {
		await page.goto(`${server.url}/?seconds=10`);
		// The engine is here before the server goes: the page asks for it as soon as it is idle.
		await page.waitForResponse((response) => response.url().includes("open-arena"));
		await server.kill();
		await page.click("#start");
		await page.getByText("Your game starts as soon as it answers", { exact: false }).waitFor();
		await server.start();
		await untilState(page, ({ screen }) => screen === "play");
		const { startedCount } = await server.read<{ startedCount: number }>("/api/sessions/stats");
		expect(startedCount).toBe(1);
		expect(await seriousFindings(page)).toEqual([]);
	});

	test("a reload while the server is away finds the page, and later the game", async () => {
		const sessionId = await startGame(30);
		await page.waitForFunction(async () => {
			const shell = await caches.open("before-dawn:shell");
			return navigator.serviceWorker.controller !== null && (await shell.keys()).length > 3;
		});
		await untilState(page, isSaying("saved"));
		await server.kill();
		await page.reload();
		await page.getByText("Your game is safe. It goes on", { exact: false }).waitFor();
		await server.start();
		const back = await untilState(page, ({ screen, timeMs }) => {
			return screen === "play" && timeMs !== null;
		});
		expect(back.sessionId).toBe(sessionId);
	});

	test("of two tabs with one session the older one says so and stops", async () => {
		const sessionId = await startGame(60);
		const second = await page.context().newPage();
		await second.goto(server.url);
		const taken = await untilState(second, ({ screen, timeMs }) => {
			return screen === "play" && timeMs !== null;
		});
		expect(taken.sessionId).toBe(sessionId);
		await page.getByText("This game goes on in another tab").waitFor();
		await page.click("#play-here");
		const back = await untilState(page, ({ screen }) => screen === "play");
		expect(back.sessionId).toBe(sessionId);
		await second.getByText("This game goes on in another tab").waitFor();
	});
});
