import { describe, expect, it } from "vitest";
import { parseCalls } from "./calls.js";
import { MessageStream } from "./http-messages.js";
import { bytesOf } from "./strings.js";
import { checkSyncs } from "./sync-check.js";

const TOKEN = /tok\d{4}/g;
const WAL = "24</data/db.sqlite-wal>";
const SOCKET = "34<TCP:[127.0.0.1:3333->127.0.0.1:42510]>";

const request = (token: string, socket = SOCKET): string =>
	line(7, `read(${socket}, ${quoted(post(token))}, 65536) = ${post(token).length}`);
const post = (token: string): string =>
	`POST /x HTTP/1.1\r\nIdempotency-Key: ${token}\r\nContent-Length: 2\r\n\r\n{}`;
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const answer = (text = ok, socket = SOCKET): string =>
	line(
		7,
		`writev(${socket}, [{iov_base=${quoted(text)}, iov_len=${text.length}}], 1) = ${text.length}`,
	);
const frame = (token: string): string => line(9, `pwrite64(${WAL}, "\\0\\1${token}", 9, 4152) = 9`);
const sync = (result = "0", thread = 9): string => line(thread, `fsync(${WAL}) = ${result}`);
const line = (thread: number, call: string): string => `${thread} 1795381683.588213 ${call}`;
const quoted = (text: string): string =>
	`"${text.replaceAll("\r", "\\r").replaceAll("\n", "\\n")}"`;

const kindsOf = (...lines: string[]): string[] =>
	checkSyncs(parseCalls(lines), TOKEN).violations.map(({ kind }) => kind);

describe("[A1] the check of a trace", () => {
	it("[A1] is content with write, sync, answer", () => {
		const lines = [request("tok0001"), frame("tok0001"), sync(), answer()];
		const found = checkSyncs(parseCalls(lines), TOKEN);
		expect(found).toMatchObject({ answers: 1, violations: [], syncs: 1 });
		expect([...found.told]).toEqual(["tok0001"]);
	});

	it("[A1] takes fdatasync for a sync, and padded process ids", () => {
		const lines = [
			request("tok0001"),
			frame("tok0001"),
			`   9 1.5 fdatasync(${WAL}) = 0`,
			answer(),
		];
		expect(kindsOf(...lines)).toEqual([]);
	});

	const wrong: Record<string, [kind: string, lines: string[]]> = {
		"no write at all": ["not written", [request("tok0001"), sync(), answer()]],
		"an answer before the write": [
			"not written",
			[request("tok0001"), answer(), frame("tok0001"), sync()],
		],
		"a write that was there before the request": [
			"not written",
			[frame("tok0001"), sync(), request("tok0001"), answer()],
		],
		"no sync": ["not synced", [request("tok0001"), frame("tok0001"), answer()]],
		"a sync before the write": [
			"not synced",
			[request("tok0001"), sync(), frame("tok0001"), answer()],
		],
		"a sync that strace made up": [
			"not synced",
			[request("tok0001"), frame("tok0001"), sync("0 (INJECTED)"), answer()],
		],
		"a sync that failed": [
			"not synced",
			[request("tok0001"), frame("tok0001"), sync("-1 EIO (Input/output error)"), answer()],
		],
		"a sync of another file": [
			"not synced",
			[request("tok0001"), frame("tok0001"), line(9, "fsync(20</data/db.sqlite>) = 0"), answer()],
		],
		"a write that failed": [
			"not written",
			[
				request("tok0001"),
				line(9, `pwrite64(${WAL}, "tok0001", 7, 0) = -1 ENOSPC (No space left) (INJECTED)`),
				sync(),
				answer(),
			],
		],
		"a sync that began before the write ended": [
			"not synced",
			[
				request("tok0001"),
				line(9, `pwrite64(${WAL}, "tok0001", 7, 0 <unfinished ...>`),
				line(8, `fsync(${WAL} <unfinished ...>`),
				line(9, "<... pwrite64 resumed>) = 7"),
				line(8, "<... fsync resumed>) = 0"),
				answer(),
			],
		],
		"a sync that returned after the answer began": [
			"not synced",
			[
				request("tok0001"),
				frame("tok0001"),
				line(9, `fsync(${WAL} <unfinished ...>`),
				answer(),
				line(9, "<... fsync resumed>) = 0"),
			],
		],
	};
	for (const [name, [kind, lines]] of Object.entries(wrong))
		it(`[A1] finds ${name}`, () => {
			expect(kindsOf(...lines)).toEqual([kind]);
		});

	it("[A1] counts the answer from where its write began, over interleaved threads", () => {
		const text = post("tok0001");
		const lines = [
			line(7, `read(${SOCKET},  <unfinished ...>`),
			line(9, `pwrite64(${WAL}, "tok0002", 7, 0) = 7`),
			line(7, `<... read resumed>${quoted(text)}, 65536) = ${text.length}`),
			frame("tok0001"),
			line(9, `fsync(${WAL} <unfinished ...>`),
			line(7, 'read(17<anon_inode:[eventfd]>, "\\1\\0", 1024) = 2'),
			line(9, "<... fsync resumed>) = 0"),
			line(
				7,
				`writev(${SOCKET}, [{iov_base=${quoted(ok)}, iov_len=${ok.length}}], 1 <unfinished ...>`,
			),
			line(7, `<... writev resumed>) = ${ok.length}`),
		];
		expect(kindsOf(...lines)).toEqual([]);
	});

	it("[A1] pairs requests and answers by connection and order, pipelined and in pieces", () => {
		const other = SOCKET.replace("42510", "42511");
		const [head, rest] = [ok.slice(0, 20), ok.slice(20)];
		const lines = [
			line(7, `read(${SOCKET}, ${quoted(post("tok0001") + post("tok0002"))}, 65536) = 200`),
			request("tok0003", other),
			frame("tok0001"),
			sync(),
			answer(head),
			answer(rest),
			answer(ok, other),
			answer(),
		];
		const found = checkSyncs(parseCalls(lines), TOKEN);
		expect(found.violations.map(({ token }) => token)).toEqual(["tok0003", "tok0002"]);
	});

	it("[A1] leaves refusals alone, and holds reads to what they tell", () => {
		const no = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}";
		expect(kindsOf(request("tok0001"), answer(no))).toEqual([]);
		const get = "GET /moves HTTP/1.1\r\n\r\n";
		const told = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ntok0001";
		const read = line(7, `read(${SOCKET}, ${quoted(get)}, 65536) = ${get.length}`);
		expect(kindsOf(frame("tok0001"), read, answer(told))).toEqual(["not synced"]);
		expect(kindsOf(frame("tok0001"), sync(), read, answer(told))).toEqual([]);
	});

	it("[A1] holds the receipts of a live connection to their tokens", () => {
		const upgrade = "GET /live HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
		const switching = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
		const begin = [
			line(7, `read(${SOCKET}, ${quoted(upgrade)}, 65536) = ${upgrade.length}`),
			answer(switching),
		];
		const receipt = line(7, `write(${SOCKET}, "\\201\\7tok0001", 9) = 9`);
		expect(kindsOf(...begin, frame("tok0001"), receipt)).toEqual(["not synced"]);
		expect(kindsOf(...begin, frame("tok0001"), sync(), receipt)).toEqual([]);
	});
});

describe("the parts of the check", () => {
	it("strings are read back as bytes, joined over a vector, and never cut unnoticed", () => {
		expect(bytesOf('3, "a\\"b\\\\\\n\\0\\377\\x41", 9')).toBe('a"b\\\n\0\xffA');
		expect(bytesOf('[{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=1}]')).toBe("abc");
		expect(() => bytesOf('3, "ab"..., 900')).toThrow(/-s/);
	});

	it("a call that never returned has no result", () => {
		const [call] = parseCalls([line(9, `fsync(${WAL} <unfinished ...>`)]);
		expect(call).toMatchObject({ result: null, target: "/data/db.sqlite-wal", injected: false });
	});

	it("frames are unmasked, of any length, and come in pieces", () => {
		const stream = new MessageStream();
		stream.upgrade();
		expect(stream.push("\x81\x82\x01\x02\x03\x04ik\x81\x7e", 1).map(({ body }) => body)).toEqual([
			"hi",
		]);
		const [long] = stream.push(`\x01\x2c${"x".repeat(300)}`, 2);
		expect(long).toMatchObject({ body: "x".repeat(300), beganAt: 1, completeAt: 2 });
	});
});
