import type { Session } from "@savepoint/core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { untilState } from "../support/browser.js";
import { describeInBrowser, isPlaying, type Stand, untilScreen } from "../support/game-page.js";

/**
 * Goal: an operator can end, delete and restore a session and take each back, with a mouse, with
 * the keyboard alone and on a small screen. Method: a real browser at the console of a real
 * server; what players get is read over HTTP.
 */
const PASSWORD = "a lamp for every keeper";
const SETTINGS = { SAVEPOINT_ADMIN_PASSWORD: PASSWORD };
const SMALL = { viewport: { width: 360, height: 740 } };

async function signIn(stand: Stand, options = {}): Promise<Page> {
	await stand.server.kill();
	await stand.server.start(SETTINGS);
	const page = await stand.open(options);
	await page.goto(`${stand.server.url}/console`);
	await page.fill("#password", PASSWORD);
	await page.click("text=Sign in");
	await page.waitForSelector("header.bar");
	return page;
}

async function game({ server }: Stand): Promise<string> {
	const body = { requestedDurationSeconds: 600 };
	const { sessionId } = await server.post<Session>("/api/sessions", body);
	await server.post(`/api/sessions/${sessionId}/spawn`, { x: 200, y: 300 });
	return sessionId;
}

const stateOf = async ({ server }: Stand, id: string): Promise<string> => {
	const answer = await fetch(`${server.url}/api/sessions/${id}`);
	return answer.ok ? ((await answer.json()) as Session).status : String(answer.status);
};

const openSession = async (page: Page, stand: Stand, id: string): Promise<void> => {
	await page.goto(`${stand.server.url}/console#/sessions/${id}`);
	await page.waitForSelector("svg.level circle");
};

/** What has the focus, by its words. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");

describeInBrowser("a session in the console", (stand) => {
	it("[O24] is ended, undone, deleted and undone, and the audit log tells of all", async () => {
		const page = await signIn(stand());
		const id = await game(stand());
		await openSession(page, stand(), id);
		// 1. Asked first: No changes nothing.
		await page.click("text=End…");
		await page.waitForSelector("dialog[open] >> text=End this session?");
		expect(await seriousFindings(page)).toEqual([]);
		await page.click("dialog >> text=No");
		await page.waitForSelector("dialog", { state: "detached" });
		expect(await stateOf(stand(), id)).toBe("active");
		// 2. Ended, with its entry on the page; and taken back there.
		await page.click("text=End…");
		await page.click("dialog .deed");
		await page.waitForSelector("text=The session was ended.");
		await page.waitForSelector("tr:has-text('end session')");
		expect(await stateOf(stand(), id)).toBe("ended");
		await page.click("tr:has-text('end session') >> text=Undo");
		await page.click("dialog .deed");
		await page.waitForSelector("tr:has-text('reopen session')");
		expect(await stateOf(stand(), id)).toBe("active");
		// 3. Deleted: a clear state, and the way back.
		await page.click("text=Delete…");
		await page.click("dialog .deed");
		await page.waitForSelector("text=The session was deleted.");
		await page.waitForSelector("text=What is stored of it goes on");
		expect(await stateOf(stand(), id)).toBe("404");
		expect(await seriousFindings(page)).toEqual([]);
		await page.click("text=Bring it back…");
		await page.click("dialog .deed");
		await page.waitForSelector("svg.level circle");
		expect(await stateOf(stand(), id)).toBe("active");
		// 4. The audit log, and a way from it to the session.
		await page.click("header nav >> text=audit");
		await page.waitForSelector("tr:has-text('undelete session')");
		const actions = await page.$$eval("tbody tr td:nth-child(2)", (cells) =>
			cells.map((cell) => cell.textContent),
		);
		expect(actions.slice(0, 5)).toEqual([
			"undelete session",
			"delete session",
			"reopen session",
			"end session",
			"sign in",
		]);
		await page.click(`tr:has-text('end session') >> a[href='#/sessions/${id}']`);
		await page.waitForSelector("svg.level circle");
	});

	it("[O24] is restored: the difference is seen first, and it is undone", async () => {
		const page = await signIn(stand());
		const id = await game(stand());
		await stand().server.backUp();
		await stand().server.post(`/api/sessions/${id}/spawn`, { x: 300, y: 300 });
		await openSession(page, stand(), id);
		await page.click("text=Restore from a backup…");
		await page.waitForSelector("dialog >> text=1 moves would no longer hold");
		expect(await seriousFindings(page)).toEqual([]);
		await page.click("dialog >> text=Restore it");
		await page.waitForSelector("tr:has-text('restore session')");
		const artifacts = async () =>
			(await stand().server.read<Session>(`/api/sessions/${id}`)).artifacts.length;
		expect(await artifacts()).toBe(1);
		await page.click("tr:has-text('restore session') >> text=Undo");
		await page.click("dialog .deed");
		await page.waitForSelector("tr:has-text('undo restore')");
		expect(await artifacts()).toBe(2);
	});

	it("[O24] works by keyboard alone, on a small screen, which shows no sideways bar", async () => {
		const page = await signIn(stand(), SMALL);
		const id = await game(stand());
		await openSession(page, stand(), id);
		expect(await seriousFindings(page)).toEqual([]);
		const widths = () =>
			page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
		expect(await widths()).toEqual([360, 360]);
		const tabTo = async (words: string): Promise<void> => {
			for (let tabs = 0; (await focused(page)) !== words; tabs += 1) {
				if (tabs > 60) throw new Error(`“${words}” cannot be reached.`);
				await page.keyboard.press("Tab");
			}
		};
		// 1. Escape means no, and the focus is where it was.
		await tabTo("End…");
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		expect(await widths()).toEqual([360, 360]);
		await page.keyboard.press("Escape");
		await page.waitForSelector("dialog", { state: "detached" });
		expect(await focused(page)).toBe("End…");
		expect(await stateOf(stand(), id)).toBe("active");
		// 2. The focus does not leave the question.
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		const met = new Set<string>();
		for (let tabs = 0; tabs < 8; tabs += 1) {
			const inPage = await page.evaluate(() => {
				const at = document.activeElement;
				return at === null || at === document.body ? "" : (at.closest("dialog")?.tagName ?? "out");
			});
			met.add(inPage);
			await page.keyboard.press("Tab");
		}
		expect([...met]).not.toContain("out");
		await tabTo("End it");
		await page.keyboard.press("Enter");
		await page.waitForSelector("text=The session was ended.");
		expect(await stateOf(stand(), id)).toBe("ended");
		// 3. And back.
		await page.waitForSelector("tr:has-text('end session')");
		await tabTo("Undo");
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		await tabTo("Undo");
		await page.keyboard.press("Enter");
		await page.waitForSelector("tr:has-text('reopen session')");
		expect(await stateOf(stand(), id)).toBe("active");
	});

	it("[O21] that was ended and given back is played on once its player loads it anew", async () => {
		const operator = await signIn(stand());
		const player = await stand().open();
		const id = await stand().start(player, 300);
		const playing = await untilState(player, ({ timeMs }) => (timeMs ?? 0) > 1_000);
		await operator.goto(`${stand().server.url}/console#/sessions/${id}`);
		await operator.click("text=End…");
		await operator.click("dialog .deed");
		await operator.waitForSelector("tr:has-text('end session')");
		await untilScreen(player, "result");
		// Not yet: a reload leads to the start.
		await player.reload();
		await untilScreen(player, "start");
		await operator.click("tr:has-text('end session') >> text=Undo");
		await operator.click("dialog .deed");
		await operator.waitForSelector("tr:has-text('reopen session')");
		await player.reload();
		const again = await untilState(player, isPlaying);
		expect(again.sessionId).toBe(id);
		expect(again.timeMs ?? 0).toBeGreaterThanOrEqual(playing.timeMs ?? 0);
		expect(await stateOf(stand(), id)).toBe("active");
	});

	it("[O24] that is not there says so", async () => {
		const page = await signIn(stand());
		await page.goto(`${stand().server.url}/console#/sessions/nobody`);
		await page.waitForSelector("text=No session with this id is stored.");
		expect(await seriousFindings(page)).toEqual([]);
	});
});
