import { type ListeningServer, startListening } from "../servers/listening-server.js";
import type { Peer, PeerPlayer } from "./peer.js";
import type { Survival } from "./peer-result.js";

const PLAYERS = 64;
const PLAY_MS = 1_000;
/** So that a kill does not always find the server at the same point of its work. */
const PLAY_MS_SPREAD = 500;

interface Ledger {
	readonly player: PeerPlayer;
	/** How many moves the session had at the last answer. */
	acknowledged: number;
	readonly before: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function openLedger(peer: Peer, url: string): Promise<Ledger> {
	const player = await peer.join(url);
	const before = await player.move();
	return { player, before, acknowledged: before };
}

/** Moves without a pause until the server is dead; what is not answered by then does not count. */
async function playUntil(dead: Promise<void>, ledger: Ledger): Promise<void> {
	let isDead = false;
	void dead.then(() => {
		isDead = true;
	});
	while (!isDead) {
		const move = ledger.player.move().then(
			(seq) => ({ seq }),
			() => null,
		);
		const answer = await Promise.race([move, dead.then(() => null)]);
		if (answer === null) return;
		ledger.acknowledged = answer.seq;
	}
}

async function compare(ledgers: readonly Ledger[], url: string) {
	let acknowledged = 0;
	let missing = 0;
	let sessionsLost = 0;
	// All at once: one that does not answer is waited for, and there may be many.
	const found = await Promise.all(
		ledgers.map(({ player }) => player.stored(url).catch(() => null)),
	);
	for (const [at, ledger] of ledgers.entries()) {
		const stored = found[at] ?? null;
		const played = ledger.acknowledged - ledger.before;
		acknowledged += played;
		if (stored === null) sessionsLost += 1;
		missing += stored === null ? played : Math.max(0, ledger.acknowledged - stored);
	}
	return { acknowledged, missing, sessionsLost };
}

/** Kills the server under load, starts it again, and asks for every move that it acknowledged. */
export async function killAndCompare(peer: Peer, home: string): Promise<Survival> {
	const command = peer.command(home);
	const server = await startListening(command);
	const ledgers = await Promise.all(
		Array.from({ length: PLAYERS }, () => openLedger(peer, server.url)),
	);
	const dead = sleep(PLAY_MS + Math.random() * PLAY_MS_SPREAD).then(() => server.kill());
	await Promise.all(ledgers.map((ledger) => playUntil(dead, ledger)));
	await dead;
	for (const { player } of ledgers) player.close();

	let again: ListeningServer;
	try {
		again = await startListening(command);
	} catch (error) {
		const played = ledgers.reduce((sum, one) => sum + one.acknowledged - one.before, 0);
		const [startFailed = ""] = String(error).split("\n");
		return { kills: 1, acknowledged: played, missing: played, sessionsLost: PLAYERS, startFailed };
	}
	try {
		return { kills: 1, ...(await compare(ledgers, again.url)), startFailed: null };
	} finally {
		await again.kill();
	}
}

export const addSurvivals = (all: readonly Survival[]): Survival =>
	all.reduce((sum, one) => ({
		kills: sum.kills + one.kills,
		acknowledged: sum.acknowledged + one.acknowledged,
		missing: sum.missing + one.missing,
		sessionsLost: sum.sessionsLost + one.sessionsLost,
		startFailed: sum.startFailed ?? one.startFailed,
	}));
