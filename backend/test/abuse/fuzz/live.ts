import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { CLOSE_CODES, ERROR_CODES, MovesBody } from "@savepoint/core";
import type { SchemaNode } from "#src/api/explain.js";
import type { Chance } from "./chance.js";
import { parse } from "./judge.js";
import type { KnownIds } from "./known-ids.js";
import { spoilBytes, spoilJson } from "./spoil-text.js";
import { PLAYER_TEXT, Values } from "./values.js";

const FRAMES_MAX = 24;
const STUCK_MS = 20_000;
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
	const close = encode(0x88, Buffer.from([0x03, 0xe8]));
	const head =
		`GET /api/sessions/${sessionId}/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n` +
		`Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`;
	const bytes = Buffer.concat([Buffer.from(head), ...frames, close]);
	const { received, stuck } = await talk(port, bytes);
	const wrong = stuck ? ["a live connection did not end"] : judgeFrames(received);
	return { frames: frames.length, wrong };
}

const KEY = randomBytes(16).toString("base64");

function makeFrame(values: Values, chance: Chance): Buffer {
	let message: unknown = { type: "moves", ref: chance.int(0, 99), ...Object(values.fit(MOVES)) };
	if (chance.percent(30)) message = values.spoil(message);
	let text = JSON.stringify(message) ?? "";
	if (chance.percent(3)) text = spoilJson(text, chance);
	const payload = Buffer.from(text);
	// Mostly whole text messages; else parts, binaries, pings, pongs, and what nobody defined.
	const first = chance.percent(85) ? 0x81 : chance.pick([0x01, 0x80, 0x82, 0x89, 0x8a, 0xc1, 0x8b]);
	const small = first === 0x89 || first === 0x8a ? payload.subarray(0, 125) : payload;
	const frame = encode(first, small);
	return chance.percent(3) ? spoilBytes(frame, chance) : frame;
}

/** As a client must send it: with a mask, which is all zeroes here. */
function encode(first: number, payload: Buffer): Buffer {
	const { length } = payload;
	const size = length < 126 ? Buffer.from([0x80 | length]) : Buffer.alloc(length < 65_536 ? 3 : 9);
	if (length >= 126) {
		size[0] = 0x80 | (length < 65_536 ? 126 : 127);
		size.writeUIntBE(length, length < 65_536 ? 1 : 3, length < 65_536 ? 2 : 6);
	}
	return Buffer.concat([Buffer.from([first]), size, Buffer.alloc(4), payload]);
}

function talk(port: number, bytes: Buffer): Promise<{ received: Buffer; stuck: boolean }> {
	return new Promise((resolve) => {
		const parts: Buffer[] = [];
		const socket = connect(port, "127.0.0.1");
		const settle = (stuck: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ received: Buffer.concat(parts), stuck });
		};
		const timer = setTimeout(() => settle(true), STUCK_MS);
		socket.on("data", (part) => parts.push(part));
		socket.on("error", () => {});
		socket.on("close", () => settle(false));
		socket.write(bytes);
	});
}

/** All that a server said after its handshake. */
function judgeFrames(received: Buffer): string[] {
	const top = received.indexOf("\r\n\r\n");
	if (!received.subarray(0, 20).includes(" 101 ")) return [`no upgrade: ${received}`.slice(0, 300)];
	const wrong: (string | null)[] = [];
	for (let at = top + 4; at + 2 <= received.length; ) {
		const [first = 0, second = 0] = received.subarray(at, at + 2);
		const long = second === 126 ? 2 : second === 127 ? 8 : 0;
		if (at + 2 + long > received.length) break;
		const length =
			long === 0 ? second : Number(`0x${received.toString("hex", at + 2, at + 2 + long)}`);
		const payload = received.subarray(at + 2 + long, at + 2 + long + length);
		at += 2 + long + length;
		if (first === 0x81) wrong.push(judgeMessage(payload.toString()));
		else if (first === 0x88 && length >= 2) wrong.push(judgeClose(payload.readUInt16BE(0)));
	}
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
