import { join } from "node:path";
import { expect } from "vitest";
import { runCli } from "../../cli/support/run-cli.js";
import { HttpClient } from "../../faults/http-client.js";
import { temporaryDirectory } from "../../storage/fixtures/files.js";
import {
	type ServerOptions,
	type ServerProcess,
	startServer,
} from "../../support/server-process.js";

const PROBE = new URL("./probe.mjs", import.meta.url).href;

/** Taken inside the server, after a garbage collection. */
export interface Reading {
	/** JavaScript's heap and what belongs to it outside. */
	readonly heldBytes: number;
	readonly rssBytes: number;
	/** The longest that nothing else could run, since the last reading. */
	readonly loopHeldMs: number;
}

/** A real server process that can be asked how it is, from inside and from outside. */
export interface AbusedServer {
	readonly process: ServerProcess;
	readonly url: string;
	readonly port: number;
	readonly http: HttpClient;
	read(): Promise<Reading>;
	/**
	 * Still answers, its counters add up, it stops in order, and `doctor` finds what it stored
	 * healthy.
	 */
	expectUnharmed(): Promise<void>;
}

type Extra = Pick<ServerOptions, "under" | "env">;

export async function startAbused({ env = {}, ...options }: Extra = {}): Promise<AbusedServer> {
	const database = join(temporaryDirectory(), "db.sqlite");
	const process = startServer({
		database,
		...options,
		env: { NODE_OPTIONS: `--import ${PROBE}`, ...env },
	});
	const url = await process.listening();
	const http = new HttpClient(url, 4);
	return {
		process,
		url,
		port: Number(new URL(url).port),
		http,
		read: () => read(process),
		async expectUnharmed() {
			expect(await http.call("GET", "/health")).toMatchObject({ status: 200 });
			await expectCountersAgree(http);
			http.close();
			expect(await process.stop()).toEqual({ code: 0, signal: null });
			const doctor = await runCli(["doctor", "--db", database, "--json"]);
			expect(JSON.parse(doctor.stdout)).toMatchObject({ verdict: "healthy" });
		},
	};
}

/** What is true of the counters of every server at every time. */
export async function expectCountersAgree(http: HttpClient): Promise<void> {
	const stats = await http.call("GET", "/api/sessions/stats");
	const count = (name: string) => Number(stats?.body[name]);
	expect(count("startedCount")).toBe(count("activeCount") + count("endedCount"));
	expect(count("endedCount")).toBe(
		count("wonCount") + count("lostCount") + count("abandonedCount"),
	);
}

async function read(process: ServerProcess): Promise<Reading> {
	const already = readings(process.out).length;
	process.signal("SIGUSR2");
	for (;;) {
		const latest = readings(process.out)[already];
		if (latest !== undefined) return JSON.parse(latest);
		const end = await Promise.race([process.said(), process.ended.then(() => "ended")]);
		if (end === "ended") throw new Error(`It ended instead of answering:\n${process.err}`);
	}
}

const readings = (out: string): string[] =>
	[...out.matchAll(/^probe (\{.*\})$/gm)].map(([, json = ""]) => json);
