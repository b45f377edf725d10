import type { WriteStatement } from "../driver.js";

/** Everything that is stored of one session, wherever it lies. */
export const deleteStatements: readonly WriteStatement[] = [
	"move_tail",
	"moves",
	"packed_logs",
	"logs_to_pack",
	"artifacts",
	"sessions",
].map((table) => ({
	sql: `delete from ${table} where session_key = $1`,
	paramCount: 1,
	changes: "any",
}));
