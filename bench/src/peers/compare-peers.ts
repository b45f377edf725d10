import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findWrk } from "../load/http-load.js";
import { formatNumber } from "../report/figure.js";
import { median } from "../report/statistics.js";
import type { BenchContext } from "../scenarios/scenario.js";
import { startListening } from "../servers/listening-server.js";
import { endAll } from "../servers/running.js";
import type { Peer, PeerLoadResult } from "./peer.js";
import { PEERS } from "./peer-list.js";
import type { PeerResult } from "./peer-result.js";
import { ensurePeersInstalled } from "./peers-directory.js";
import { addSurvivals, killAndCompare } from "./survival.js";
import { waitsForSync } from "./sync-wait.js";

const KILLS_MAX = 3;

/** A fresh place for one start of one peer, removed afterwards. */
async function inHome<T>(directory: string, work: (home: string) => Promise<T>): Promise<T> {
	const home = mkdtempSync(join(directory, "savepoint-peer-"));
	try {
		return await work(home);
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

const loadOnce = (peer: Peer, context: BenchContext): Promise<PeerLoadResult> =>
	inHome(context.directory, async (home) => {
		const server = await startListening(peer.command(home));
		try {
			return await peer.load(server.url, context);
		} finally {
			await server.kill();
		}
	});

async function examine(peer: Peer, context: BenchContext, loads: readonly PeerLoadResult[]) {
	const { directory } = context;
	const kills = Math.min(KILLS_MAX, context.runs);
	const survivals = [];
	for (let kill = 0; kill < kills; kill += 1)
		survivals.push(await inHome(directory, (home) => killAndCompare(peer, home)));
	return {
		movesPerSecond: median(loads.map((load) => load.movesPerSecond)),
		p99Ms: median(loads.map((load) => load.p99Ms)),
		survival: addSurvivals(survivals),
		waitsForSync: await inHome(directory, (home) => waitsForSync(peer, home)),
	};
}

const sentenceOf = (error: unknown): string =>
	(error instanceof Error ? error.message : String(error)).split("\n").slice(0, 2).join(" ");

/** All peers in turn, round by round; then each is killed, and watched with a slow disk. */
export async function comparePeers(context: BenchContext): Promise<PeerResult[]> {
	const lacking = findWrk();
	const fail = ({ name, asked }: Peer, failed: string): PeerResult => ({ name, asked, failed });
	if (lacking !== null) return PEERS.map((peer) => fail(peer, lacking));
	const say = (line: string): void => context.say(`peers · ${line}`);
	await ensurePeersInstalled(say);

	const loads = new Map<Peer, PeerLoadResult[]>(PEERS.map((peer) => [peer, []]));
	const failures = new Map<Peer, string>();
	for (let round = 1; round <= context.runs; round += 1)
		for (const peer of PEERS.filter((one) => !failures.has(one)))
			try {
				const result = await loadOnce(peer, context);
				loads.get(peer)?.push(result);
				say(`${peer.name}: ${formatNumber(result.movesPerSecond)} moves/s`);
			} catch (error) {
				await endAll();
				failures.set(peer, sentenceOf(error));
				say(`${peer.name}: ${sentenceOf(error)}`);
			}

	const results: PeerResult[] = [];
	for (const peer of PEERS) {
		const failed = failures.get(peer);
		const { name, asked, isOurs } = peer;
		if (failed !== undefined) {
			results.push(fail(peer, failed));
			continue;
		}
		try {
			const facts = await examine(peer, context, loads.get(peer) ?? []);
			const { acknowledged, missing, kills } = facts.survival;
			say(
				`${name}: ${missing} of ${acknowledged} missing after ${kills} kills; waits for the sync: ${facts.waitsForSync}`,
			);
			results.push({ name, asked, isOurs, failed: null, ...facts });
		} catch (error) {
			await endAll();
			say(`${name}: ${sentenceOf(error)}`);
			results.push(fail(peer, sentenceOf(error)));
		}
	}
	return results;
}
