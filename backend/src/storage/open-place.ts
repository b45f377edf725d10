import type { StorageConfig } from "./config.js";
import { MODULES } from "./modules.js";
import type { MovePlace, MoveSource, MoveTarget } from "./move/ports.js";
import { PostgresMoveSource } from "./postgres-move-source.js";
import { PostgresMoveTarget } from "./postgres-move-target.js";
import { PostgresPlace } from "./postgres-place.js";
import { SqliteMoveSource } from "./sqlite-move-source.js";
import { SqliteMoveTarget } from "./sqlite-move-target.js";
import { databasePaths } from "./sqlite-paths.js";
import { lookAtSqlite } from "./sqlite-place.js";

/** A place to look at, without changing anything; null where there is none. Rejects by code. */
export async function lookAt(config: StorageConfig): Promise<MovePlace | null> {
	if (config.engine === "sqlite") return lookAtSqlite(databasePaths(config.path));
	return new PostgresPlace(config.url);
}

/**
 * Rejects with STORAGE_MISSING where there is nothing, MOVE_REFUSED where the schema is not this
 * version's, and as a start does where it cannot be opened.
 */
export async function openSource(config: StorageConfig): Promise<MoveSource> {
	if (config.engine === "sqlite") return SqliteMoveSource.open(databasePaths(config.path), MODULES);
	return PostgresMoveSource.open(config.url, MODULES);
}

/** Makes what is not there, for this process alone; rejects as a start does. */
export async function openTarget(config: StorageConfig): Promise<MoveTarget> {
	if (config.engine === "postgres") return PostgresMoveTarget.open(config.url, MODULES);
	return SqliteMoveTarget.open({ ...config, paths: databasePaths(config.path), modules: MODULES });
}
