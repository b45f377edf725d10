// Goal: two servers behind one address, as the profile `postgres` of the compose file sets them up.
// Method: the file is read as an engine reads it and held against the settings there are; the same
// topology is then run as processes, since the images cannot be had everywhere.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { memoryStorage, SavepointClient } from "@savepoint/client";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { parse } from "yaml";
import { readConfig } from "#src/config.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { POSTGRES } from "../support/drivers.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { type RoundRobin, startRoundRobin } from "../support/round-robin.js";
import { killServers, startServer } from "../support/server-process.js";

interface Service {
	readonly build?: string;
	readonly image?: string;
	readonly profiles?: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly ports?: readonly string[];
	readonly volumes?: readonly string[];
	readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
	readonly healthcheck?: { readonly test: readonly string[] };
}

const read = (path: string): string =>
	readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const { services, volumes } = parse(read("docker-compose.yml"), { merge: true }) as {
	readonly services: Readonly<Record<string, Service>>;
	readonly volumes: Readonly<Record<string, unknown>>;
};
const service = (name: string): Service => {
	const found = services[name];
	if (found === undefined) throw new Error(`there is no service ${name}`);
	return found;
};
const SERVERS = ["server-a", "server-b"];

let address: RoundRobin | null = null;
afterEach(async () => {
	address?.close();
	await killServers();
});

describe("the profile postgres", () => {
	it("[P23] is left out of a plain start, which is one server and its file", () => {
		const always = Object.keys(services).filter((name) => !services[name]?.profiles);
		expect(always).toEqual(["savepoint"]);
		expect(service("savepoint").environment["SAVEPOINT_DB_PATH"]).toBe("/data/savepoint.sqlite");
		const others = Object.values(services).filter(({ profiles }) => profiles);
		for (const { profiles } of others) expect(profiles).toEqual(["postgres"]);
	});

	it("[P23] has two servers on one database, with settings that a server takes", () => {
		const [first, second] = SERVERS.map(service);
		expect(second).toEqual(first);
		const environment = Object.fromEntries(
			Object.entries(first?.environment ?? {}).map(([name, value]) => [
				name,
				value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1"),
			]),
		);
		const { storage } = readConfig(environment);
		expect(storage).toMatchObject({ engine: "postgres" });
		// The address names the service, and what that one makes at its first start.
		const database = service("postgres").environment;
		const password = database["POSTGRES_PASSWORD"]?.replace(/\$\{\w+:-(.*)\}/, "$1");
		expect(environment["DATABASE_URL"]).toBe(
			`postgres://${database["POSTGRES_USER"]}:${password}@postgres:5432/${database["POSTGRES_DB"]}`,
		);
		expect(first?.depends_on?.["postgres"]?.condition).toBe("service_healthy");
		expect(first?.healthcheck?.test.join(" ")).toContain("http://127.0.0.1:3333/health/live");
		expect(first?.ports).toBeUndefined();
	});

	it("[P23] has one address, which knows both and asks whether they live", () => {
		const { ports, depends_on: needs, volumes: mounts } = service("address");
		expect(ports).toEqual(service("savepoint").ports);
		expect(Object.keys(needs ?? {})).toEqual(SERVERS);
		const [file = ""] = mounts?.[0]?.split(":") ?? [];
		const config = read(file.replace("./", ""));
		expect(config).toContain(`reverse_proxy ${SERVERS.map((name) => `${name}:3333`).join(" ")} {`);
		expect(config).toContain("lb_policy round_robin");
		expect(config).toContain("health_uri /health/live");
	});

	it("[P23] keeps the data in a volume and the database away from the host", () => {
		const { volumes: mounts, ports } = service("postgres");
		const [name = ""] = mounts?.[0]?.split(":") ?? [];
		expect(Object.keys(volumes)).toEqual([name]);
		expect(ports).toBeUndefined();
	});
});

describe("the same topology as processes", () => {
	it("[P23] a game goes on behind the address while its servers are killed in turn", async () => {
		const place = POSTGRES.makePlace();
		await makeDatabase(place);
		const port = async (): Promise<string> => {
			const server = start("0");
			const url = await server.listening();
			await server.stop();
			return new URL(url).port;
		};
		const start = (at: string) =>
			startServer({
				database: join(temporaryDirectory(), "unused.sqlite"),
				env: { ...service("server-a").environment, DATABASE_URL: place, PORT: at },
			});
		const ports = [await port(), await port()];
		const servers = ports.map((at) => start(at));
		address = await startRoundRobin(await Promise.all(servers.map((server) => server.listening())));
		const client = await SavepointClient.start({
			baseUrl: address.url,
			durationSeconds: 600,
			storage: memoryStorage(),
			WebSocket,
		});
		for (let round = 0; round < 4; round += 1) {
			const victim = round % 2;
			for (let move = 0; move < 5; move += 1)
				client.play({ type: "spawn", artifactId: `a${round}-${move}`, x: move, y: 1 });
			await servers[victim]?.kill();
			await client.settled();
			const again = start(ports[victim] ?? "0");
			servers[victim] = again;
			await again.listening();
		}
		expect(client.session.seq).toBe(20);
		for (const server of servers) {
			const answer = await fetch(
				`${await server.listening()}/api/sessions/${client.session.sessionId}`,
			);
			expect(await answer.json()).toMatchObject({ seq: 20, status: "active" });
		}
		await client.close();
	}, 120_000);
});
