// Goal: a player never notices that the server was killed. Method: a bot plays in a real browser
// with real keys; the server is killed with -9 in the middle of it, also while the bot carries a
// star; the page is loaded again; in the end server, page and replay must agree to the last bit.
import type { LoggedMove, Session } from "@savepoint/core";
import { expect, test } from "vitest";
import type { TestState } from "#src/test-state.js";
import { seriousFindings } from "../support/axe.js";
import { stateOf, untilState } from "../support/browser.js";
import { describeInBrowser, isPlaying, isSaying, untilScreen } from "../support/game-page.js";
import { playByKeys } from "../support/key-bot.js";
import { apartMs, expectSameRemaining, timed } from "../support/moments.js";
import { GameServer } from "../support/server.js";

/** On a machine at rest; longer where a server takes long to start, so that all of it fits in. */
const GAME_S = 28;
const STARTS_IN_A_NIGHT = 5;
const GAME_S_MAX = 600;

type Frames = TestState["frames"];
const wordsOf = ({ p95Ms, maxMs, count, long }: Frames) =>
	`${count} frames, p95 ${p95Ms.toFixed(1)} ms, longest ${maxMs.toFixed(0)} ms, ${long} over 100 ms`;

describeInBrowser("a night in which the server is killed", (stand) => {
	test("two kills and a reload: one session, each deposit once, one result for all", async () => {
		const { server, open, start } = stand();
		const page = await open();
		const { value: other, fromMs, toMs } = await timed(() => GameServer.open());
		const startS = Math.ceil((toMs - fromMs) / 1000);
		const nightS = Math.min(GAME_S_MAX, GAME_S + STARTS_IN_A_NIGHT * startS);
		const sessionId = await start(page, nightS);
		const forgetFrames = () => page.evaluate(() => window.savepointTest?.forgetFrames());

		// For comparison: a server that this page knows nothing of is killed and started. It costs the
		// machine as much, and what is longer later is the network's doing.
		await forgetFrames();
		const play = (isDone: (state: TestState) => boolean) => playByKeys(page, isDone);
		await Promise.all([
			other.kill().then(() => other.start()),
			play(({ timeMs }) => (timeMs ?? 0) > 5500),
		]);
		const calm = (await stateOf(page)).frames;
		await other.close();

		// Killed while the bot carries a star.
		await play(({ carried }) => carried !== null);
		await forgetFrames();
		await server.kill();
		const away = await play(isSaying("away"));
		expect(away.saveText).toBe("Server is away. Your game is safe here.");
		await Promise.all([server.start(), play(isSaying("saved"))]);

		// Killed again, started again, and then the page is loaded anew.
		await server.kill();
		const isBusy = ({ carried, lying }: TestState) => carried !== null || lying > 0;
		await Promise.all([server.start(), play((state) => isBusy(state) && isSaying("saved")(state))]);
		const killed = (await stateOf(page)).frames;
		console.log(`another server killed: ${wordsOf(calm)}\nthe page's own: ${wordsOf(killed)}`);
		const timeOf = async () => (await stateOf(page)).timeMs ?? 0;
		const before = await timed(timeOf);
		await page.reload();
		const after = await untilState(page, (state) => isPlaying(state) && isSaying("saved")(state));
		expect(after.sessionId).toBe(sessionId);

		// The time went on over the reload, for the player and for the server alike.
		const jumpMs = apartMs(before, await timed(timeOf));
		expect(Math.abs(jumpMs)).toBeLessThanOrEqual(500);
		const apart = await expectSameRemaining(server, sessionId, () => stateOf(page));
		console.log(`over the reload ${jumpMs.toFixed(0)} ms, to the server ${apart.toFixed(0)} ms`);

		const end = await play(({ result }) => result !== null);
		await untilScreen(page, "result");
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
		console.log(`${end.result}: ${deposits.length} deposits, ${moves.length} moves, all once`);
		// As often as by chance, and a few: a page that waits for the network would stop in each frame.
		const byChance = (calm.long / calm.count) * killed.count;
		expect(killed.long).toBeLessThanOrEqual(byChance * 3 + 5);

		// Onto the list; what is typed into the field is the field's alone.
		await page.fill("#name", "");
		await page.locator("#name").pressSequentially("Mamma 🦉");
		expect(await page.locator("#sound-text").textContent()).toBe("Sound on");
		await page.click("#name-form button");
		await page.getByText("You are on the list.").waitFor();
		await page.click("#to-start");
		await page.locator("#scores td.name").getByText("Mamma 🦉").waitFor();
		expect(await seriousFindings(page)).toEqual([]);

		// The replay, by its public link, leads to the very same state.
		await page.click("#scores a");
		const shown = await untilState(page, ({ replay }) => (replay?.timeMs ?? 0) > 300);
		expect(shown.replay).toMatchObject({ hash: session.stateHash, hashMatches: true });
		expect(page.url()).not.toContain(sessionId);
	});
});
