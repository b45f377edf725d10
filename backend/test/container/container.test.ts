// Goal: sessions outlive containers and images. Method: the repository's own Dockerfile and compose
// file, run by a real engine; what is outside the container is only HTTP and the data directory.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeCommand } from "../../../scripts/lib/compose.mjs";
import { Compose, dataDirectory } from "./compose.js";

const command = composeCommand();
if (command === null) console.log("No container engine answers: the container tests are skipped.");

const BUILD_MS = 600_000;
type Json = Record<string, unknown>;
interface Listed {
	readonly provenAt: string | null;
	readonly sessions: number;
}

describe.skipIf(command === null)("in a container", { timeout: BUILD_MS }, () => {
	let compose: Compose;

	beforeAll(async () => {
		compose = await Compose.create(command ?? []);
		await compose.up();
	}, BUILD_MS);

	afterAll(() => compose.dispose(), BUILD_MS);

	const get = async (path: string): Promise<Json> =>
		(await (await fetch(`${compose.url}${path}`)).json()) as Json;

	const post = async (path: string, body: Json = {}): Promise<Json> => {
		const answer = await fetch(`${compose.url}${path}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		});
		const json = (await answer.json()) as Json;
		expect(answer.status, JSON.stringify(json)).toBeLessThan(300);
		return json;
	};

	const start = async (): Promise<string> => {
		const { sessionId } = await post("/api/sessions", { requestedDurationSeconds: 600 });
		return `/api/sessions/${sessionId}`;
	};

	const spawn = async (session: string, x: number): Promise<string> => {
		const { artifact } = await post(`${session}/spawn`, { x, y: 200 });
		return (artifact as { id: string }).id;
	};

	it("[U2] a game goes on after the container and the image are gone", async () => {
		const won = await start();
		await post(`${won}/deposit`, { artifactId: await spawn(won, 100) });
		await post(`${won}/end`, { result: "won" });
		const lost = await start();
		await spawn(lost, 100);
		await post(`${lost}/end`, { result: "lost" });
		const playing = await start();
		const carried = await spawn(playing, 300);
		await post(`${playing}/artifact-status`, { artifactId: carried, status: "carried" });

		const statsBefore = await get("/api/sessions/stats");
		const { remainingSeconds: remainingBefore, ...before } = await get(playing);
		expect(statsBefore).toMatchObject({ activeCount: 1, wonCount: 1, lostCount: 1 });

		await compose.removeAll();
		await expect(fetch(`${compose.url}/health`)).rejects.toThrow();
		await compose.up();

		expect(await get("/api/sessions/stats")).toEqual(statsBefore);
		const { remainingSeconds: remainingAfter, ...after } = await get(playing);
		expect(after).toEqual(before);
		// Time stood still while there was no server: only what it lived before and after counts.
		expect(remainingAfter).toBeLessThanOrEqual(remainingBefore as number);
		expect(remainingAfter).toBeGreaterThan((remainingBefore as number) - 10);

		expect(await post(`${playing}/deposit`, { artifactId: carried })).toMatchObject({
			remainingArtifacts: 0,
		});
		await post(`${playing}/end`, { result: "won" });
		expect(await get("/api/sessions/stats")).toMatchObject({ activeCount: 0, wonCount: 2 });
	});

	it("a stop reaches the server, which ends in order", async () => {
		await compose.must("stop");
		const log = await compose.must("logs");
		expect(log).toContain("Stopping: finishing what is under way");
		expect(log).not.toMatch(/\bKilled\b/);
		await compose.up();
	});

	it("[B1, U2] container and data gone, backups left: restored, the game goes on", async () => {
		const playing = await start();
		const carried = await spawn(playing, 300);
		// 1. The schedule's own backup, proven, that holds the session: the first comes by itself.
		const { startedCount } = await get("/api/sessions/stats");
		const backups = join(compose.data, "backups");
		const held = (): string | undefined =>
			(existsSync(backups) ? readdirSync(backups) : []).find((each) => {
				const manifest = join(backups, each, "manifest.json");
				if (!each.endsWith("-scheduled") || !existsSync(manifest)) return false;
				const { provenAt, sessions } = JSON.parse(readFileSync(manifest, "utf8")) as Listed;
				return provenAt !== null && sessions === startedCount;
			});
		await compose.must("restart");
		let name: string | undefined;
		while (name === undefined) {
			// The first one comes half a minute after a start.
			await new Promise((resolve) => setTimeout(resolve, 1_000));
			name = held();
		}
		const { remainingSeconds: _before, ...before } = await get(playing);
		// 2. Everything but the backups goes.
		await compose.removeAll();
		for (const file of readdirSync(compose.data))
			if (file !== "backups") rmSync(join(compose.data, file), { recursive: true });
		// 3. A new image, a new container, a new data directory.
		await compose.must("build");
		const restore = ["run", "--rm", "-T", "savepoint", "savepoint", "restore", "latest", "--json"];
		// The engine's own lines stand around the program's answer.
		const [answer = ""] = /\{.*\}/s.exec(await compose.must(...restore)) ?? [];
		expect(JSON.parse(answer)).toMatchObject({ backup: name, generation: 2 });
		await compose.must("down");
		await compose.up();
		// 4. The same session, in a storage that says it was restored.
		const { remainingSeconds: _after, ...after } = await get(playing);
		expect(after).toEqual({ ...before, generation: 2 });
		const left = await post(`${playing}/deposit`, { artifactId: carried });
		expect(left).toMatchObject({ remainingArtifacts: 0, durable: true });
	});

	// From here on each test starts one container of its own, and some engines want no other beside
	// it.
	const runOnce = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
		await compose.must("down");
		return compose.run(["run", "--rm", "-T", ...args], env);
	};

	it("the image does not run as root and brings no development tools", async () => {
		const program =
			'console.log("uid", process.getuid()); for (const name of ["fastify", "typescript", "vitest"]) ' +
			'try { require.resolve(name); console.log("has", name) } catch {}';
		const { output } = await runOnce(["savepoint", "node", "-e", program]);
		expect(output).toMatch(/uid [1-9]\d*/);
		expect(output).toContain("has fastify");
		expect(output).not.toMatch(/has (typescript|vitest)/);
	});

	it("the image has the command line", async () => {
		const { exitCode, output } = await runOnce(["savepoint", "savepoint", "--help"]);
		expect(output).toContain("crashtest");
		expect(exitCode).toBe(0);
	});

	it("a place that would vanish with the container is refused", async () => {
		const path = "SAVEPOINT_DB_PATH=/var/tmp/savepoint.sqlite";
		const { exitCode, output } = await runOnce(["-e", path, "savepoint"]);
		expect(output).toContain("STORAGE_VOLUME_REQUIRED");
		expect(exitCode).toBe(87);
	});

	// Only root can make a directory that belongs to somebody else.
	it.runIf(process.getuid?.() === 0)("a directory of another user is refused", async () => {
		const data = dataDirectory(0);
		const { exitCode, output } = await runOnce(["savepoint"], { SAVEPOINT_DATA: data });
		rmSync(data, { recursive: true });
		expect(output).toContain("STORAGE_PERMISSION");
		expect(output).toContain("belongs to uid 0 with mode 700");
		expect(exitCode).toBe(77);
	});
});
