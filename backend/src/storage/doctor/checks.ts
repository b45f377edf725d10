import { checkCounters } from "./counters-check.js";
import { checkDue } from "./due-check.js";
import type { FileExamination } from "./examination.js";
import { checkPages } from "./pages-check.js";
import { checkSessions } from "./sessions-check.js";
import { checkStreamedSessions, type StreamedExamination } from "./streamed-sessions.js";

/**
 * Everything doctor asks, in this order. To add a question, write its check and name it here, for
 * both where it is not about files; a module of data brings its own.
 */
export const FILE_CHECKS: readonly ((examination: FileExamination) => Promise<void> | void)[] = [
	checkPages,
	checkCounters,
	checkSessions,
	checkDue,
];

/** Of a database that several servers share. */
export const SHARED_CHECKS: readonly ((examination: StreamedExamination) => Promise<void>)[] = [
	checkCounters,
	checkStreamedSessions,
	checkDue,
];
