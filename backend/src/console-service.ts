import { randomBytes } from "node:crypto";
import type { RetentionView } from "@savepoint/core";
import type { ServerConfig } from "./config.js";
import { openUpkeep } from "./console-upkeep.js";
import type { Authority } from "./game/answers.js";
import type { OperatorDeeds } from "./game/operator-deeds.js";
import { newId } from "./ids.js";
import type { Log } from "./log.js";
import { AuditBook } from "./operator/audit-book.js";
import type { Console } from "./operator/console.js";
import { HistoryBook } from "./operator/history-book.js";
import { NoticeBoard } from "./operator/notice-board.js";
import { readOverview } from "./operator/overview.js";
import type { BackupWorks, LiveSessions, SessionRestores } from "./operator/ports.js";
import { RetentionKeeper, type RetentionKeeperDeps } from "./operator/retention-keeper.js";
import { SessionActions } from "./operator/session-actions.js";
import { SessionDesk } from "./operator/session-desk.js";
import { SignIns } from "./operator/sign-ins.js";
import { undoDeed } from "./operator/undo.js";
import { readDiskUse } from "./storage/disk-use.js";
import { HistoryRepo } from "./storage/history/history-repo.js";
import { LoneChanges } from "./storage/lone-changes.js";
import { MODULES } from "./storage/modules.js";
import { NoticeRepo } from "./storage/notices/notice-repo.js";
import type { Storage } from "./storage/open.js";
import { AuditRepo } from "./storage/operators/audit-repo.js";
import { SignInRepo } from "./storage/operators/sign-in-repo.js";
import { RemovalRepo } from "./storage/removals/removal-repo.js";
import { previewRetention } from "./storage/removals/retention-preview.js";
import { SessionDirectory } from "./storage/session-directory.js";
import { VERSION } from "./version.js";

const TOKEN_BYTES = 32;
const DAY_MS = 24 * 3_600_000;

export interface ConsoleParts {
	readonly config: Pick<ServerConfig, "consoleAccess" | "retention" | "backups" | "storage">;
	readonly storage: Storage;
	/** null: the engine has backups of its own. */
	readonly backups: BackupWorks | null;
	/** The storage's own, and what else operators must hear of. */
	readonly report: Storage["report"];
	readonly authority: Authority;
	readonly live: LiveSessions;
	readonly deeds: OperatorDeeds;
	readonly restores: SessionRestores;
	/** A session was removed: nobody may see it, from memory either. */
	readonly onHidden: RetentionKeeperDeps["onHidden"];
	/** A session that had ended is played on: its replay is another now. */
	readonly forgetReplay: (replayId: string) => void;
	readonly log: Log;
	readonly now: () => number;
}

/** What operators use, over the same storage and the same authority as the players. */
export function openConsole(parts: ConsoleParts): Console {
	const { config, storage, report, authority, live, onHidden, log, now } = parts;
	const { driver, statements, commits } = storage;
	const startedAtMs = now();
	const writer = new LoneChanges(commits);
	const audit = new AuditBook({
		store: new AuditRepo(driver, statements),
		writer,
		now,
		newId,
	});
	const removals = new RemovalRepo(driver, statements, MODULES);
	const actions = new SessionActions({
		audit,
		deeds: parts.deeds,
		restores: parts.restores,
		removals,
		undoMs: config.retention.undoMs,
		onHidden,
		forgetReplay: parts.forgetReplay,
		now,
	});
	const notices = new NoticeBoard({ store: new NoticeRepo(driver, statements), audit, now, newId });
	return {
		audit,
		notices,
		signIns: new SignIns({
			access: config.consoleAccess,
			store: new SignInRepo(driver, statements),
			audit,
			now,
			newToken: () => randomBytes(TOKEN_BYTES).toString("base64url"),
		}),
		sessions: new SessionDesk({
			directory: new SessionDirectory(driver),
			authority,
			live,
			audit,
			removals,
		}),
		actions,
		history: new HistoryBook({
			store: new HistoryRepo(driver, statements),
			writer,
			counters: storage.readCounters,
			now,
			log,
		}),
		retention: new RetentionKeeper({
			policy: config.retention,
			store: removals,
			writer,
			audit,
			sessions: storage.sessions,
			onHidden,
			now,
			log,
		}),
		...openUpkeep(parts, audit),
		viewRetention: () => viewRetention(parts),
		overview: () =>
			readOverview({
				authority,
				report,
				commits: () => ({ ...commits.gauges, queueDepth: commits.depth }),
				diskUse: () => readDiskUse(report().file),
				downtimeMs: () => commits.downtimeMsAt(now()),
				now,
				startedAtMs,
				version: VERSION,
			}),
		undo: (entryId, origin) => undoDeed({ audit, notices, actions }, entryId, origin),
	};
}

async function viewRetention({ config, storage, now }: ConsoleParts): Promise<RetentionView> {
	const { keepMs, undoMs } = config.retention;
	const undoDays = undoMs / DAY_MS;
	if (keepMs === null) return { keepDays: null, undoDays, preview: null };
	const preview = await previewRetention(storage.driver.query.bind(storage.driver), {
		endedBeforeMs: now() - keepMs,
		modules: MODULES,
	});
	return { keepDays: keepMs / DAY_MS, undoDays, preview };
}
