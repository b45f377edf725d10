import { HIGH_SCORES } from "./high-scores/high-score-repo.js";
import { HISTORY } from "./history/history-repo.js";
import type { StorageModule } from "./module.js";
import { NOTICES } from "./notices/notice-repo.js";
import { OPERATORS } from "./operators/sign-in-repo.js";
import { QUARANTINED_SESSIONS } from "./quarantined/module.js";
import { REMOVALS } from "./removals/removal-repo.js";
import { SESSIONS } from "./session-repo.js";

/**
 * Every kind of data the storage keeps. To add one, write its module and name it here; README.md
 * says how.
 */
export const MODULES: readonly StorageModule[] = [
	SESSIONS,
	HIGH_SCORES,
	QUARANTINED_SESSIONS,
	NOTICES,
	OPERATORS,
	HISTORY,
	REMOVALS,
];

/** What doctor asks about them. */
export const MODULE_CHECKS = MODULES.flatMap(({ check }) => check ?? []);
