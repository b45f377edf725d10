import { readConfig } from "../../config.js";
import type { Log } from "../../log.js";
import { openService, type Service } from "../../service.js";

const ignore = (): void => undefined;
/** What a verb has to say, it prints. */
export const QUIET: Log = {
	debug: ignore,
	info: ignore,
	warn: ignore,
	error: ignore,
	fatal: ignore,
};

/**
 * Opens the database as a server does, under its lock and with its recovery, for one act of an
 * operator, and closes it again. Makes no backup by itself. Rejects as a server's start does.
 */
export async function withService<T>(
	path: string,
	act: (service: Service) => Promise<T>,
): Promise<T> {
	const env = { ...process.env, SAVEPOINT_DB_PATH: path, SAVEPOINT_BACKUP_EVERY_MINUTES: "0" };
	const service = await openService(readConfig(env), QUIET);
	try {
		return await act(service);
	} finally {
		await service.close();
	}
}
