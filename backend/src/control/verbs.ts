import { isAbsolute } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import { Check } from "typebox/value";
import { SavepointError } from "../errors.js";
import type { BackupKeeper } from "../operations/backup-keeper.js";
import type { LiveRepairer } from "../operations/repair-session.js";
import type { SessionRestorer } from "../operations/restore-session.js";
import type { ControlVerb } from "./control-server.js";

/** What the local socket can be asked for; each verb is one call of an operation. */

const Backup = Type.Object({
	label: Type.String({ pattern: "^[a-z0-9-]{1,40}$" }),
	full: Type.Boolean(),
	directory: Type.Union([Type.Null(), Type.String()]),
});
const Prove = Type.Object({ name: Type.Union([Type.Null(), Type.String()]), full: Type.Boolean() });
const Session = Type.Object({ from: Type.String(), sessionId: Type.String() });
const Swap = Type.Object({ ...Session.properties, seq: Type.Integer() });
const Undo = Type.Object({
	sessionId: Type.String(),
	seq: Type.Union([Type.Null(), Type.Integer()]),
});

const Repair = Type.Object({ sessionKey: Type.Integer({ minimum: 1 }) });
const RetentionUndo = Type.Object({ sinceMs: Type.Integer({ minimum: 0 }) });

/** Takes marks of retention back; see `RetentionKeeper.undo`, whose room this one does not know. */
export interface RetentionUndoing {
	undo(
		sinceMs: number,
		origin: { readonly address: string },
		tell: (done: number, total: number) => void,
	): Promise<unknown>;
}

/** Where an operator's call came from, in the audit log. */
const LOCAL = { address: "command line" };

export function controlVerbs(parts: {
	readonly backups: BackupKeeper;
	readonly repairer: LiveRepairer;
	readonly retention: RetentionUndoing;
	readonly restorer: Pick<SessionRestorer, "compare" | "compareUndo" | "restore" | "undo">;
	readonly version: string;
}): Record<string, ControlVerb> {
	const { backups, restorer, repairer, retention, version } = parts;
	return {
		ping: async () => ({ pid: process.pid, version }),
		backup: checked(Backup, ({ directory, ...order }, tell) => {
			if (directory === null) return backups.take(order, tell);
			if (!isAbsolute(directory)) throw new SavepointError("BAD_REQUEST");
			return backups.take({ ...order, directory }, tell);
		}),
		prove: checked(Prove, (order, tell) => backups.prove(order, tell)),
		"repair-session": checked(Repair, ({ sessionKey }) => repairer.repair(sessionKey)),
		"retention-undo": checked(RetentionUndo, ({ sinceMs }, tell) =>
			retention.undo(sinceMs, LOCAL, (done, total) => tell({ step: "taking back", done, total })),
		),
		"restore-session-diff": checked(Session, ({ from, sessionId }) =>
			restorer.compare(from, sessionId),
		),
		"restore-session": checked(Swap, ({ from, sessionId, seq }) =>
			restorer.restore(from, sessionId, seq),
		),
		"restore-undo": checked(Undo, ({ sessionId, seq }) =>
			seq === null ? restorer.compareUndo(sessionId) : restorer.undo(sessionId, seq),
		),
	};
}

function checked<T extends TSchema>(
	schema: T,
	act: (args: Static<T>, tell: Parameters<ControlVerb>[1]) => Promise<unknown>,
): ControlVerb {
	return async (args, tell) => {
		if (!Check(schema, args))
			throw new SavepointError("BAD_REQUEST", "The verb does not take these arguments.");
		return act(args as Static<T>, tell);
	};
}
