import { SavepointError } from "../errors.js";
import type { SqlRow } from "./driver.js";

/** One row, on every engine. */
export const SELECT_MOVED = "select moved_to, moving_from from service where id = 1";

/** Why no server may have this storage, from its service's row; null: one may. */
export function movedElsewhere(row: SqlRow | undefined): SavepointError | null {
	const { moved_to: to = null, moving_from: from = null } = row ?? {};
	if (from !== null)
		return new SavepointError(
			"STORAGE_MOVED",
			`The move from ${from} to this storage is not finished; run the same \`savepoint move\` or \`import\` again.`,
		);
	if (to === null) return null;
	return new SavepointError(
		"STORAGE_MOVED",
		`The data of this storage was moved to ${to}; start the server there, or move it back with \`savepoint move\`.`,
	);
}
