import { readdirSync } from "node:fs";
import type {
	FileStorage,
	InstanceSummary,
	LockState,
	PragmaState,
	WalState,
} from "./doctor/storage-state.js";
import { errnoOf } from "./file-errors.js";
import { describeFileSystem } from "./file-system.js";
import { fileBytes } from "./sqlite-access.js";
import { readInstance } from "./sqlite-instance.js";
import { isLocked, readOwner } from "./sqlite-lock.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { readMarker } from "./sqlite-quarantine.js";
import { writerSettings } from "./sqlite-settings.js";
import { inspectWal, readWalSalts, type WalInspection } from "./sqlite-wal.js";

/** Reads again before it believes that a WAL which is being written is damaged. */
const LOOKS_MAX = 3;

/**
 * Everything around the database, as far as it can be seen: what cannot is null or says why. Opens
 * no file of which SQLite holds a lock, so it may be called at any time.
 */
export function describeStorage(paths: DatabasePaths): FileStorage {
	const lock = describeLock(paths);
	return {
		kind: "file",
		fileSystem: attempt(() => describeFileSystem(paths.directory), null),
		files: {
			database: attempt(() => fileBytes(paths.database), null),
			wal: attempt(() => fileBytes(paths.wal), null),
			shm: attempt(() => fileBytes(paths.shm), null),
			reserve: attempt(() => fileBytes(paths.reserve), null),
		},
		wal: describeWal(paths, lock.held),
		instance: describeInstance(paths),
		lock,
		quarantined: attempt(() => readdirSync(paths.quarantineDirectory).sort(), []),
		markedDamaged: attempt(() => readMarker(paths)?.reason ?? null, "its marker cannot be read"),
		pragmas: null,
	};
}

export const pragmaState = (found: PragmaState["found"]): PragmaState => ({
	found,
	writer: writerSettings,
});

export function describeLock(paths: DatabasePaths): LockState {
	const owner = readOwner(paths);
	return {
		held: attempt(() => isLocked(paths), false),
		owner,
		ownerAlive: owner === null ? null : isAlive(owner.pid),
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return errnoOf(error) === "EPERM";
	}
}

function describeWal(paths: DatabasePaths, isBeingWritten: boolean): WalState {
	const inspected = attempt(() => inspectWalSteadily(paths.wal, isBeingWritten), null);
	if (inspected === null)
		return { kind: "unreadable", frames: 0, committedFrames: 0, reason: "it cannot be read" };
	const isSound = inspected.kind === "sound";
	return {
		kind: inspected.kind,
		frames: isSound ? inspected.frameCount : 0,
		committedFrames: isSound ? inspected.committedFrameCount : 0,
		reason: inspected.kind === "damaged" ? inspected.reason : null,
	};
}

/**
 * A WAL that starts over while it is read looks damaged, with frames of before and after side by
 * side.
 */
function inspectWalSteadily(path: string, isBeingWritten: boolean): WalInspection {
	for (let look = 1; ; look += 1) {
		const before = String(readWalSalts(path));
		const inspected = inspectWal(path);
		if (inspected.kind !== "damaged" || !isBeingWritten) return inspected;
		if (before === String(readWalSalts(path)) && look >= LOOKS_MAX) return inspected;
	}
}

function describeInstance(paths: DatabasePaths): InstanceSummary {
	const reading = attempt(() => readInstance(paths.instance), null);
	switch (reading?.kind) {
		case "read":
			return { state: reading.instance.state, instanceId: reading.instance.instanceId };
		case "newer":
			return { state: `of a newer format (${reading.formatVersion})`, instanceId: null };
		case "unreadable":
			return { state: `unreadable: ${reading.reason}`, instanceId: null };
		case "absent":
			return { state: "absent", instanceId: null };
		case undefined:
			return { state: "unreadable", instanceId: null };
	}
}

function attempt<T, F>(look: () => T, otherwise: F): T | F {
	try {
		return look();
	} catch {
		return otherwise;
	}
}
