import type { FileExamination } from "./examination.js";

/** false where that migration is pending. */
export const hasPackedLogs = ({ database }: Pick<FileExamination, "database">): boolean =>
	database.hasTable("packed_logs");
