import type { Examination } from "./examination.js";

/** false where that migration is pending. */
export const hasPackedLogs = ({ database }: Pick<Examination, "database">): boolean =>
	database.all("select 1 from sqlite_schema where name = 'packed_logs'").length > 0;
