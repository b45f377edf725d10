import { checkCounters } from "./counters-check.js";
import { checkDue } from "./due-check.js";
import type { Check } from "./examination.js";
import { checkPages } from "./pages-check.js";
import { checkSessions } from "./sessions-check.js";

/**
 * Everything doctor asks, in this order. To add a question, write its check and name it here; a
 * module of data brings its own.
 */
export const CHECKS: readonly Check[] = [checkPages, checkCounters, checkSessions, checkDue];
