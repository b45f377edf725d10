import type { AbusedServer, Reading } from "../support/abused-server.js";
import { Chance } from "./chance.js";
import { judge, parse } from "./judge.js";
import { KnownIds } from "./known-ids.js";
import { abuseLive } from "./live.js";
import { readOperations } from "./operations.js";
import { type Outcome, RawClient } from "./raw-client.js";
import { type FuzzRequest, Requests } from "./requests.js";
import { PLAYER_TEXT } from "./values.js";

/** One live connection, of a dozen frames in the mean, for so many requests. */
const REQUESTS_PER_LIVE = 40;
const CLIENTS = 32;
/** Caches fill before the first reading; what grows after it grows for ever. */
const WARM_UP = 0.4;
const EXAMPLES_MAX = 5;

export interface FuzzReport {
	readonly seed: number;
	readonly requests: number;
	readonly frames: number;
	readonly deaths: number;
	readonly status500: number;
	/** Other 5xx than a 503, error answers without code, bad closes, no answer in time. */
	readonly wrong: number;
	/** Answers by status. */
	readonly statuses: Readonly<Record<string, number>>;
	/** Sentences with the request that brought them about, as many as help. */
	readonly examples: readonly string[];
	readonly warm: Reading;
	readonly end: Reading;
	readonly grownBytes: number;
	readonly loopHeldMs: number;
	readonly seconds: number;
}

/** The same seed makes the same requests, but for the ids, which the server draws. */
export async function fuzz(
	server: AbusedServer,
	{ seed, requests }: { readonly seed: number; readonly requests: number },
): Promise<FuzzReport> {
	const startedMs = performance.now();
	const run = new FuzzRun(server, seed);
	await run.prepare();
	await server.read();
	await run.until(Math.ceil(requests * WARM_UP));
	const warm = run.isDead ? NO_READING : await server.read();
	await run.until(requests);
	const end = run.isDead ? NO_READING : await server.read();
	run.finish();
	return {
		...run.report(),
		warm,
		end,
		grownBytes: end.heldBytes - warm.heldBytes,
		loopHeldMs: Math.max(warm.loopHeldMs, end.loopHeldMs),
		seconds: (performance.now() - startedMs) / 1000,
	};
}

const NO_READING: Reading = { heldBytes: 0, rssBytes: 0, loopHeldMs: 0 };

class FuzzRun {
	readonly #server: AbusedServer;
	readonly #seed: number;
	readonly #ids = new KnownIds();
	readonly #clients: readonly RawClient[];
	readonly #statuses: Record<string, number> = {};
	readonly #examples: string[] = [];
	#requests: Requests | null = null;
	#sent = 0;
	#frames = 0;
	#wrong = 0;
	isDead = false;

	constructor(server: AbusedServer, seed: number) {
		this.#server = server;
		this.#seed = seed;
		this.#clients = Array.from({ length: CLIENTS }, () => new RawClient(server.port));
		void server.process.ended.then(() => {
			this.isDead = true;
		});
	}

	async prepare(): Promise<void> {
		this.#requests = new Requests(await readOperations(this.#server.http), this.#ids);
		for (let sessions = 0; sessions < 8; sessions += 1)
			this.#ids.learn((await this.#server.http.call("POST", "/api/sessions"))?.body);
	}

	async until(count: number): Promise<void> {
		await Promise.all(
			this.#clients.map(async (client) => {
				while (this.#sent < count && !this.isDead) await this.#one(client, this.#sent++);
			}),
		);
	}

	finish(): void {
		for (const client of this.#clients) client.close();
		if (this.#server.process.err.includes(PLAYER_TEXT)) this.#note("the log repeats a player", "");
	}

	report() {
		return {
			seed: this.#seed,
			requests: this.#sent,
			frames: this.#frames,
			deaths: this.isDead ? 1 : 0,
			status500: this.#statuses["500"] ?? 0,
			wrong: this.#wrong,
			statuses: this.#statuses,
			examples: this.#examples,
		};
	}

	async #one(client: RawClient, at: number): Promise<void> {
		const chance = new Chance(this.#seed + at);
		if (at % REQUESTS_PER_LIVE === 0) {
			const { frames, wrong } = await abuseLive(this.#server.port, this.#ids, chance);
			this.#frames += frames;
			for (const sentence of wrong) this.#note(sentence, `live connection ${at}`);
		}
		const request = this.#requests?.make(chance);
		if (request === undefined) return;
		const outcome = request.broken
			? await client.askOnce(request.bytes, request.head)
			: await client.ask(request.bytes, request.head);
		if (!this.isDead) this.#judge(request, outcome, at);
	}

	#judge(request: FuzzRequest, { answers, stuck, wentAway, rest }: Outcome, at: number): void {
		const text = request.bytes.toString("latin1").slice(0, 900);
		const shown = `request ${at}: ${JSON.stringify(text)}`;
		if (stuck) this.#note("neither an answer nor an end", shown);
		else if (answers.length === 0 && !wentAway)
			this.#note(`no answer, but ${JSON.stringify(rest)}`, shown);
		for (const answer of answers) {
			this.#statuses[answer.status] = (this.#statuses[answer.status] ?? 0) + 1;
			const wrong = judge(answer, request.head);
			if (wrong !== null) this.#note(wrong, shown);
			else if (answer.status < 300) this.#ids.learn(parse(answer.body));
		}
	}

	#note(sentence: string, request: string): void {
		this.#wrong += 1;
		const example = `${sentence}\n  ${request}`;
		// The worst first.
		if (sentence.startsWith("status 5")) this.#examples.unshift(example);
		else this.#examples.push(example);
		this.#examples.splice(EXAMPLES_MAX);
	}
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** For the eye: what was done and what came of it, in one line. */
export function summaryLine(report: FuzzReport): string {
	const { warm, end } = report;
	return [
		`requests ${report.requests}`,
		`frames ${report.frames}`,
		`deaths ${report.deaths}`,
		`500s ${report.status500}`,
		`other wrong answers ${report.wrong - report.status500}`,
		`held after collection ${megabytes(warm.heldBytes)} → ${megabytes(end.heldBytes)} MiB`,
		`resident ${megabytes(warm.rssBytes)} → ${megabytes(end.rssBytes)} MiB`,
		`loop held at most ${Math.round(report.loopHeldMs)} ms`,
		`seed ${report.seed}`,
		`${report.seconds.toFixed(1)} s`,
	].join(" · ");
}
