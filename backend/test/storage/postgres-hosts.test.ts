// Goal: of several database servers in one address the one that takes writes is found, and nobody
// knocks for a connection that is not waited for any more. Method: a real PostgreSQL behind a port
// that can be closed, among ports on which nobody, or nobody useful, listens.
import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it } from "vitest";
import { type Connections, connect, select } from "#src/storage/postgres-connection.js";
import { postgresCode } from "#src/storage/postgres-errors.js";
import { type Cable, layCable } from "../support/postgres/cable.js";
import { freePort } from "../support/postgres/embedded.js";

const open: { end?: Connections; server?: Server; cable?: Cable }[] = [];
afterEach(async () => {
	for (const { end, server, cable } of open.splice(0)) {
		await end?.end({ timeout: 0 });
		server?.close();
		cable?.cut();
	}
});

const real = new URL(inject("postgresUrl").replace(/^postgres/, "http"));

function connectTo(ports: readonly number[]): Connections {
	const { username, password } = real;
	const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
	const end = connect({
		url: `postgres://${username}:${password}@${hosts}/postgres`,
		synchronousCommit: "on",
		max: 1,
	});
	open.push({ end });
	return end;
}

/** The answer to a question, or the code of what came instead. */
const ask = (connections: Connections): Promise<unknown> =>
	select(connections, "select 1 as one").then(
		([row]) => row?.["one"],
		(error: unknown) => postgresCode(error),
	);

async function cableToReal(): Promise<Cable> {
	const cable = await layCable(Number(real.port));
	open.push({ cable });
	return cable;
}

/** Lets everybody in and says nothing useful; counts them. */
async function shutDoor(): Promise<{ readonly port: number; knocks: number }> {
	const server = createServer((socket) => {
		door.knocks += 1;
		socket.on("error", () => undefined).destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const door = { port: (server.address() as AddressInfo).port, knocks: 0 };
	open.push({ server });
	return door;
}

describe("several database servers in one address", () => {
	it("[P22] the next one is asked when one is not there, and the good one is kept", async () => {
		const connections = connectTo([await freePort(), await freePort(), (await cableToReal()).port]);
		expect(await ask(connections)).toBe("STORAGE_AWAY");
		expect(await ask(connections)).toBe("STORAGE_AWAY");
		for (let time = 0; time < 5; time += 1) expect(await ask(connections)).toBe(1);
	});

	it("[P22] when the good one goes away, another is found", async () => {
		const [first, second] = [await cableToReal(), await cableToReal()];
		const connections = connectTo([first.port, second.port]);
		expect(await ask(connections)).toBe(1);
		first.cut();
		const answers: unknown[] = [];
		while (answers.at(-1) !== 1 && answers.length < 5) answers.push(await ask(connections));
		expect(answers.at(-1)).toBe(1);
		expect(answers.slice(0, -1).every((answer) => answer === "STORAGE_AWAY")).toBe(true);
	});

	it("[P22] nobody knocks for a question that has failed", async () => {
		const [one, other] = [await shutDoor(), await shutDoor()];
		const connections = connectTo([one.port, other.port]);
		expect(await ask(connections)).toBe("STORAGE_AWAY");
		expect(await ask(connections)).toBe("STORAGE_AWAY");
		await sleep(300);
		expect([one.knocks, other.knocks]).toEqual([1, 1]);
	});
});
