import type { StorageModule } from "../module.js";
import { raiseGeneration } from "../service-rows.js";
import { noteQuarantined, settleQuarantined } from "./quarantined-rows.js";
import { deleteStatements } from "./repair-statements.js";

/** Sessions that did not verify, as a kind of data of their own. */
export const QUARANTINED_SESSIONS: StorageModule = {
	name: "quarantined sessions",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [noteQuarantined, settleQuarantined, raiseGeneration, ...deleteStatements],
};
