import { resolve } from "node:path";
import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import type { SqliteConfig } from "./config.js";
import type { Progress } from "./doctor/report.js";
import type { SqlValue } from "./driver.js";
import { openStorage } from "./open.js";
import type { RecoveryReport } from "./ports.js";
import { planRepair, type RepairPlan, SessionRepairer } from "./quarantined/session-repairer.js";
import { examine } from "./sqlite-doctor.js";
import { isLocked } from "./sqlite-lock.js";
import { demandReadable, SqliteLook } from "./sqlite-look.js";
import { type DatabasePaths, databasePaths } from "./sqlite-paths.js";
import { writeMarker } from "./sqlite-quarantine.js";

export interface RepairOrder {
	/** null: every session that does not verify, and the pages of the database. */
	readonly sessionId: string | null;
	readonly isDryRun: boolean;
	readonly log: Log;
	readonly onProgress: (progress: Progress) => void;
	/**
	 * Has a session repaired by the server that holds the database; null: it verifies. Not given: a
	 * repair is refused while a server runs.
	 */
	readonly askServer?: (database: string, sessionKey: number) => Promise<RepairPlan | null>;
}

export interface RepairReport {
	readonly database: string;
	readonly isDryRun: boolean;
	/** What a recovery of the whole database did; null: its pages were sound. */
	readonly recovery: RecoveryReport | null;
	/** Damage of the pages, a sentence each, that a repair would recover the database for. */
	readonly damage: readonly string[];
	/** One each session that did not verify. */
	readonly sessions: readonly RepairPlan[];
}

/** Beyond it, a database is recovered rather than repaired. */
const HARMED_MAX = 100_000;

/**
 * Repairs what doctor finds harmed: damaged pages by the road of a recovery, a session that does
 * not verify by its log. Beside a running server a dry run changes nothing, and sessions are
 * repaired by the server itself.
 *
 * @throws STORAGE_LOCKED where the database itself is damaged and a server has it,
 * SESSION_NOT_FOUND, and as a start does.
 */
export async function repair(config: SqliteConfig, order: RepairOrder): Promise<RepairReport> {
	const paths = databasePaths(resolve(config.path));
	if (order.sessionId !== null) return repairOne(config, paths, order, order.sessionId);
	// 1. What is harmed.
	const found = await examine(paths.database, { harmedListMax: HARMED_MAX }, order);
	if (found.unreadable !== null && found.unreadable.code !== "STORAGE_CORRUPT")
		throw new SavepointError(found.unreadable.code, found.unreadable.reason);
	const damage = [...found.damage, ...(found.unreadable === null ? [] : [found.unreadable.reason])];
	const keys = found.harmedSessions.map(({ sessionKey }) => sessionKey);
	if (order.isDryRun)
		return reportOf(paths, order, {
			damage,
			sessions: await planAll(paths, found.unreadable ? [] : keys),
		});
	// 2. Nothing to do, or a server has it.
	if (damage.length + keys.length === 0) return reportOf(paths, order, {});
	if (isLocked(paths)) {
		if (damage.length > 0) throw served(paths, PAGES_NEED_REST);
		return reportOf(paths, order, { sessions: await askFor(paths, order, keys) });
	}
	// 3. The pages first: what follows needs a database that can be read.
	if (damage[0] !== undefined) writeMarker(paths, damage[0]);
	return withStorage(config, order, async (repairer, recovery) => {
		const sessions = await repairEach(order, keys, (key) => repairer.repair(key));
		return reportOf(paths, order, { recovery, damage, sessions });
	});
}

async function repairOne(
	config: SqliteConfig,
	paths: DatabasePaths,
	order: RepairOrder,
	sessionId: string,
): Promise<RepairReport> {
	demandReadable(paths);
	const key = look(paths, (database) => {
		const [row] = database.all("select session_key from sessions where session_id = $1", [
			sessionId,
		]);
		if (row === undefined) throw new SavepointError("SESSION_NOT_FOUND");
		return Number(row["session_key"]);
	});
	if (order.isDryRun) return reportOf(paths, order, { sessions: await planAll(paths, [key]) });
	if (isLocked(paths))
		return reportOf(paths, order, { sessions: await askFor(paths, order, [key]) });
	return withStorage(config, order, async (repairer, recovery) => {
		const plan = await repairer.repair(key);
		return reportOf(paths, order, { recovery, sessions: plan === null ? [] : [plan] });
	});
}

const reportOf = (
	paths: DatabasePaths,
	{ isDryRun }: RepairOrder,
	parts: Partial<RepairReport>,
): RepairReport => ({
	database: paths.database,
	isDryRun,
	recovery: null,
	damage: [],
	sessions: [],
	...parts,
});

const PAGES_NEED_REST = "The database itself is damaged, which nobody can repair beside a server";
const CANNOT_ASK = "It cannot be asked to repair anything";

const served = ({ database }: DatabasePaths, why: string): SavepointError =>
	new SavepointError(
		"STORAGE_LOCKED",
		`A server uses ${database}. ${why}: stop it, run the repair, and start it again. With --dry-run the repair only looks, also beside a server.`,
	);

/** The server that holds the database repairs each of them itself. */
function askFor(
	paths: DatabasePaths,
	order: RepairOrder,
	keys: readonly number[],
): Promise<RepairPlan[]> {
	const { askServer } = order;
	if (askServer === undefined) throw served(paths, CANNOT_ASK);
	return repairEach(order, keys, (key) => askServer(paths.database, key));
}

/** A session that a recovery has just made anew, say, may be gone, or need nothing. */
async function repairEach(
	{ onProgress }: RepairOrder,
	keys: readonly number[],
	repairOf: (key: number) => Promise<RepairPlan | null>,
): Promise<RepairPlan[]> {
	const plans: RepairPlan[] = [];
	for (const [at, key] of keys.entries()) {
		onProgress({ step: "repairing", done: at, total: keys.length });
		try {
			const plan = await repairOf(key);
			if (plan !== null) plans.push(plan);
		} catch (error) {
			if (!(error instanceof SavepointError) || error.code !== "SESSION_NOT_FOUND") throw error;
		}
	}
	return plans;
}

async function planAll(paths: DatabasePaths, keys: readonly number[]): Promise<RepairPlan[]> {
	if (keys.length === 0) return [];
	const plans: RepairPlan[] = [];
	const database = new SqliteLook(paths);
	try {
		for (const key of keys) {
			const reader = {
				query: async (sql: string, params: readonly SqlValue[]) => database.all(sql, params),
			};
			const plan = await planRepair(reader, key);
			if (plan !== null) plans.push(plan);
		}
		return plans;
	} finally {
		database.close();
	}
}

function look<T>(paths: DatabasePaths, read: (database: SqliteLook) => T): T {
	const database = new SqliteLook(paths);
	try {
		return read(database);
	} finally {
		database.close();
	}
}

/** The storage as a server opens it, under its lock and with its recovery. */
async function withStorage(
	config: SqliteConfig,
	{ log }: RepairOrder,
	act: (repairer: SessionRepairer, recovery: RecoveryReport | null) => Promise<RepairReport>,
): Promise<RepairReport> {
	let lost: SavepointError | null = null;
	const storage = await openStorage({
		config,
		log,
		now: Date.now,
		onLost: (code, reason) => {
			lost = new SavepointError(code, reason);
		},
	});
	try {
		const { driver, statements, commits } = storage;
		const repairer = new SessionRepairer({ reader: driver, statements, commits, now: Date.now });
		return await act(repairer, storage.report().recovery);
	} catch (error) {
		throw lost ?? error;
	} finally {
		await storage.commits.drain();
		await storage.close();
	}
}
