import type { Session } from "@savepoint/core";
import { expect } from "vitest";
import type { TestState } from "#src/test-state.js";
import type { GameServer } from "./server.js";

/** What was read, and between which two moments of the test's own clock it was true. */
export interface Reading<T> {
	readonly value: T;
	readonly fromMs: number;
	readonly toMs: number;
}

export async function timed<T>(read: () => Promise<T>): Promise<Reading<T>> {
	const fromMs = performance.now();
	const value = await read();
	return { value, fromMs, toMs: performance.now() };
}

/**
 * How far two clocks are apart beyond what the readings themselves leave open, in ms. On a busy
 * machine a reading takes long, and nothing is known of when within it the clock was read.
 */
export function apartMs(
	first: Reading<number>,
	then: Reading<number>,
	goesOnMsPerMs: 1 | -1 = 1,
): number {
	const wentMs = (then.value - first.value) * goesOnMsPerMs;
	const least = then.fromMs - first.toMs;
	const most = then.toMs - first.fromMs;
	return wentMs < least ? wentMs - least : Math.max(0, wentMs - most);
}

/** The page's remaining time and the server's, read one after the other, agree to 0.5 s. */
export async function expectSameRemaining(
	server: GameServer,
	sessionId: string,
	look: () => Promise<TestState>,
): Promise<number> {
	const page = await timed(async () => {
		const { durationMs, timeMs } = await look();
		return (durationMs ?? 0) - (timeMs ?? 0);
	});
	const stored = await timed(async () => {
		const session = await server.read<Session>(`/api/sessions/${sessionId}`);
		return session.remainingSeconds * 1000;
	});
	const apart = apartMs(page, stored, -1);
	expect(Math.abs(apart)).toBeLessThanOrEqual(500);
	return apart;
}
