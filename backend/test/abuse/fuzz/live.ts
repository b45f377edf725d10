import { connect } from "node:net";
import { CLOSE_CODES, ERROR_CODES, MovesBody } from "@savepoint/core";
import type { SchemaNode } from "#src/api/explain.js";
import {
	BINARY,
	CLOSE,
	encodeFrame,
	framesOf,
	PING,
	PONG,
	TEXT,
	TEXT_BEGINS,
	upgradeRequest,
} from "../support/frames.js";
import type { Chance } from "./chance.js";
import { parse } from "./judge.js";
import type { KnownIds } from "./known-ids.js";
import { spoilBytes, spoilJson } from "./spoil-text.js";
import { PLAYER_TEXT, Values } from "./values.js";

const FRAMES_MAX = 24;
const STUCK_MS = 20_000;
/** A frame may say that more of it comes: after a while the client closes its half. */
const PATIENCE_MS = 1_500;
const MOVES: SchemaNode = MovesBody;
/** Those of the protocol itself that a broken frame may be answered with, and our own. */
const CLOSES: ReadonlySet<number> = new Set([1000, 1002, 1007, ...Object.values(CLOSE_CODES)]);
const CODES: ReadonlySet<unknown> = new Set(ERROR_CODES.filter((code) => code !== "INTERNAL"));

export interface LiveOutcome {
	readonly frames: number;
	readonly wrong: readonly string[];
}

/** One live connection that says some things right and others wrong, in frames and in bytes. */
export async function abuseLive(port: number, ids: KnownIds, chance: Chance): Promise<LiveOutcome> {
	const sessionId = ids.pick("path.id", chance) ?? "nobody";
	const values = new Values(chance, ids);
	const frames = Array.from({ length: chance.int(1, FRAMES_MAX) }, () => makeFrame(values, chance));
	// Asks for the end, in case that nothing before it did.
	const close = encodeFrame(CLOSE, Buffer.from([0x03, 0xe8]));
	const bytes = Buffer.concat([upgradeRequest(sessionId), ...frames, close]);
	const { received, stuck } = await talk(port, bytes);
	const wrong = stuck ? ["a live connection did not end"] : judgeFrames(received);
	return { frames: frames.length, wrong };
}

function makeFrame(values: Values, chance: Chance): Buffer {
	let message: unknown = { type: "moves", ref: chance.int(0, 99), ...Object(values.fit(MOVES)) };
	if (chance.percent(30)) message = values.spoil(message);
	let text = JSON.stringify(message) ?? "";
	if (chance.percent(3)) text = spoilJson(text, chance);
	const payload = Buffer.from(text);
	// Mostly whole text messages; else parts, binaries, pings, pongs, and what nobody defined.
	const first = chance.percent(85)
		? TEXT
		: chance.pick([TEXT_BEGINS, 0x80, BINARY, PING, PONG, 0xc1, 0x8b]);
	const small = first === PING || first === PONG ? payload.subarray(0, 125) : payload;
	const frame = encodeFrame(first, small);
	return chance.percent(3) ? spoilBytes(frame, chance) : frame;
}

function talk(port: number, bytes: Buffer): Promise<{ received: Buffer; stuck: boolean }> {
	return new Promise((resolve) => {
		const parts: Buffer[] = [];
		const socket = connect(port, "127.0.0.1");
		const settle = (stuck: boolean) => {
			clearTimeout(timer);
			clearTimeout(leave);
			socket.destroy();
			resolve({ received: Buffer.concat(parts), stuck });
		};
		const leave = setTimeout(() => socket.end(), PATIENCE_MS);
		const timer = setTimeout(() => settle(true), STUCK_MS);
		socket.on("data", (part) => parts.push(part));
		socket.on("error", () => {});
		socket.on("close", () => settle(false));
		socket.write(bytes);
	});
}

/** All that a server said after its handshake. */
function judgeFrames(received: Buffer): string[] {
	const frames = framesOf(received);
	// Not every id that was learned may stand in the path of a live connection.
	if (frames === null)
		return /^HTTP\/1.1 404 /.test(String(received)) ? [] : [`no upgrade: ${received}`];
	const wrong = frames.map(({ first, payload }) => {
		if (first === TEXT) return judgeMessage(payload.toString());
		return first === CLOSE && payload.length >= 2 ? judgeClose(payload.readUInt16BE(0)) : null;
	});
	return wrong.filter((one) => one !== null);
}

function judgeMessage(text: string): string | null {
	const message = parse(text) as { type?: unknown; code?: unknown } | undefined;
	if (message === undefined) return `no JSON: ${text.slice(0, 200)}`;
	if (message.type !== "error") return null;
	if (!CODES.has(message.code)) return `an error with the code ${message.code}`;
	return text.includes(PLAYER_TEXT) ? `an error repeats the player: ${text}` : null;
}

const judgeClose = (code: number): string | null =>
	CLOSES.has(code) ? null : `a close with the code ${code}`;
