import type { Chance } from "./chance.js";
import type { KnownIds } from "./known-ids.js";
import type { Operation } from "./operations.js";
import { spoilBytes, spoilJson } from "./spoil-text.js";
import { asText, PLAYER_TEXT, Values } from "./values.js";

export interface FuzzRequest {
	readonly bytes: Buffer;
	readonly head: boolean;
	/** It may not end where it says: it needs a connection of its own. */
	readonly broken: boolean;
}

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];
const ODD_PATHS = [
	"/",
	"//",
	"/%",
	"/%00",
	"/docs",
	"/docs/static/..%2f..%2fx",
	"/api",
	"/metrics",
];
const ODD_HEADERS = [
	`Content-Type: ${PLAYER_TEXT}`,
	"Content-Encoding: gzip",
	"Accept-Encoding: br;q=9, *",
	"Expect: 100-continue",
	"Expect: coffee",
	"Upgrade: h2c\r\nConnection: Upgrade",
	"Upgrade: websocket\r\nConnection: Upgrade",
	"X-Forwarded-For: 1.2.3.4, garbage",
	"Range: bytes=5-1,9-",
	"If-None-Match: *",
	`Cookie: ${PLAYER_TEXT}`,
	"Origin: null",
	"Transfer-Encoding: gzip, chunked",
	"Content-Length: 5",
	"Host: b",
	"a: b\r\n".repeat(1_500).trim(),
	`X-Large: ${"x".repeat(17_000)}`,
];
const KEYS = ["k", "k1", "key-of-64-".padEnd(64, "x"), "x".repeat(65), "a b", "é", "", "\t", "{}"];

/** One request to one of the calls: right, or with something wrong in any of its parts. */
export class Requests {
	readonly #operations: readonly Operation[];
	readonly #ids: KnownIds;
	constructor(operations: readonly Operation[], ids: KnownIds) {
		this.#operations = operations;
		this.#ids = ids;
	}

	make(chance: Chance): FuzzRequest {
		const operation = chance.pick(this.#operations);
		const values = new Values(chance, this.#ids);
		const method = chance.percent(4) ? chance.pick(METHODS) : operation.method;
		const body = this.#body(operation, values, chance);
		const headers = ["Host: x"];
		if (chance.percent(30)) headers.push(`Idempotency-Key: ${key(chance)}`);

		// What is wrong with the frame of the message cannot be told from a second message.
		const odd = chance.percent(6) ? chance.pick(ODD_HEADERS) : null;
		if (odd !== null) headers.push(odd);
		const misled = body.length > 0 && chance.percent(2);
		if (chance.percent(3)) headers.push("Transfer-Encoding: chunked");
		else if (misled) headers.push(`Content-Length: ${body.length + chance.int(-9, 9)}`);
		else if (operation.body !== null || body.length > 0)
			headers.push(`Content-Length: ${body.length}`);
		if (chance.percent(1)) headers.shift();

		const target = this.#target(operation, values, chance);
		const top = Buffer.from(`${method} ${target} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
		const whole = Buffer.concat([top, body]);
		const spoiled = chance.percent(4);
		const usual = !spoiled && !misled && odd === null && !headers.includes(CHUNKED);
		return {
			bytes: spoiled ? spoilBytes(whole, chance) : whole,
			head: method === "HEAD",
			broken: !usual,
		};
	}

	#target({ path, query }: Operation, values: Values, chance: Chance): string {
		if (chance.percent(2)) return chance.pick(ODD_PATHS);
		const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
			const known = chance.percent(90) ? this.#ids.pick(`path.${name}`, chance) : undefined;
			return known ?? inPath(values.nasty());
		});
		const asked = query
			.filter(() => chance.percent(50))
			.map(({ name, schema }) => {
				const value = chance.percent(60) ? values.text(schema, name) : values.nasty();
				return `${name}=${inPath(value)}`;
			});
		return asked.length === 0 ? filled : `${filled}?${asked.join("&")}`;
	}

	#body({ method, body }: Operation, values: Values, chance: Chance): Buffer {
		if (body === null && !chance.percent(method === "POST" ? 20 : 2)) return Buffer.alloc(0);
		let value = values.fit(body ?? {});
		// Most are right or almost right, so that they get past the first check.
		if (chance.percent(35)) value = values.spoil(value);
		let text = JSON.stringify(value) ?? "";
		if (chance.percent(8)) text = spoilJson(text, chance);
		const bytes = Buffer.from(text);
		return chance.percent(3) ? spoilBytes(bytes, chance) : bytes;
	}
}

const CHUNKED = "Transfer-Encoding: chunked";

const key = (chance: Chance): string =>
	chance.percent(60) ? chance.bytes(12).toString("base64url") : chance.pick(KEYS);

/** Halves of surrogate pairs cannot be sent as UTF-8; the buffer makes them characters. */
const inPath = (value: unknown): string =>
	encodeURIComponent(Buffer.from(asText(value)).toString()).slice(0, 2_000);
