import { appliedFromRow, type Migration, pendingMigrations, SELECT_HISTORY } from "../migrate.js";
import type { Examination } from "./examination.js";

/**
 * False where there is no schema yet, and so nothing to verify. Rejects with what
 * `pendingMigrations` throws; what is pending is noted and stays so.
 */
export async function demandKnownSchema(
	{ reads, findings }: Pick<Examination, "reads" | "findings">,
	known: readonly Migration[],
): Promise<boolean> {
	const [history = []] = (await reads.hasTable("schema_migrations"))
		? await reads.atOneMoment([SELECT_HISTORY])
		: [];
	const pending = pendingMigrations(known, history.map(appliedFromRow));
	if (pending.length > 0)
		findings.addNote(
			`${pending.length} migrations are pending; the next start of the server applies them.`,
		);
	return reads.hasTable("sessions");
}
