// Goal: the load generator speaks WebSocket. Method: its frames against a real `ws` server's, and
// the reader against frames cut at every place.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { clientFrame, FrameReader, OPCODES } from "../dist/load/frames.js";
import { prepareGame } from "../dist/load/games.js";
import { playGame } from "../dist/load/socket-connection.js";

/** A frame as a server sends it. */
const serverFrame = (text: string): Buffer => {
	const payload = Buffer.from(text);
	const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length];
	return Buffer.concat([Buffer.from([0x81, ...head]), payload]);
};

describe("frames", () => {
	it("are read whole wherever the network cuts them", () => {
		const texts = ["a", "b".repeat(200), "{}"];
		const bytes = Buffer.concat(texts.map(serverFrame));
		for (let cut = 0; cut <= bytes.length; cut += 1) {
			const found: string[] = [];
			const reader = new FrameReader();
			for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
				reader.read(chunk, (opcode, payload) => {
					expect(opcode).toBe(OPCODES.text);
					found.push(payload.toString());
				});
			expect(found).toEqual(texts);
		}
	});

	it("are masked, as a client's must be", () => {
		expect([...clientFrame("hi")]).toEqual([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
	});
});

describe("a game", () => {
	it("is cut into messages of the wanted size, the last one ending it", () => {
		const { frames, sizes } = prepareGame({ moves: 5, ends: true }, 2);
		expect(sizes).toEqual([2, 2, 1]);
		expect(frames[0]?.toString()).toContain('"type":"spawn"');
		expect(frames[2]?.toString()).toContain('"type":"end"');
	});

	const answering = async (answer: string) => {
		const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
		await once(server, "listening");
		server.on("connection", (socket) => {
			socket.send('{"type":"hello"}');
			socket.on("message", () => socket.send(answer));
		});
		const { port } = server.address() as AddressInfo;
		let acknowledged = 0;
		const watch = {
			nextInMs: () => 0,
			acknowledged: (moves: number) => {
				acknowledged += moves;
			},
		};
		const game = prepareGame({ moves: 6, ends: false }, 2);
		try {
			await playGame(new URL(`http://127.0.0.1:${port}`), "s", game, watch);
		} finally {
			server.close();
		}
		return acknowledged;
	};

	it("counts what the server acknowledged", async () => {
		expect(await answering('{"type":"receipts","ref":0,"receipts":[]}')).toBe(6);
	});

	it.each([
		'{"type":"receipts","receipts":[{"applied":"refused"}]}',
		'{"type":"error","code":"STORAGE_OVERLOADED"}',
	])("fails on %s, which would be a cheap move", async (answer) => {
		await expect(answering(answer)).rejects.toThrow("not applied");
	});
});
