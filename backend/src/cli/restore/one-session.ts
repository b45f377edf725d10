import { askServer } from "../../control/control-client.js";
import type { SessionRestored } from "../../operations/restore-session.js";
import type { SessionDiff, SessionStanding } from "../../operations/session-diff.js";
import { databaseAt, isServed } from "../../storage/upkeep.js";
import type { RestoreFlags } from "../restore.js";
import { storageConfig } from "../support/database-option.js";
import { print, printJson } from "../support/output.js";
import { withService } from "../support/service-here.js";
import { columns, nounText } from "../support/words.js";

interface Wanted {
	/** null: undo the last restore. */
	readonly from: string | null;
	readonly sessionId: string;
}

/** The two calls of a restore, in the server that has the database or in this process. */
interface Restorer {
	compare(wanted: Wanted): Promise<SessionDiff>;
	act(wanted: Wanted, seq: number): Promise<SessionRestored>;
}

/** Shows the difference and, with `yes`, makes it so: only if the session is as it was shown. */
export async function restoreOneSession(wanted: Wanted, flags: RestoreFlags): Promise<void> {
	const { path } = storageConfig(flags.db);
	const act = async (restorer: Restorer): Promise<void> => {
		const diff = await restorer.compare(wanted);
		if (!flags.json) print(...diffText(diff));
		if (!flags.yes) {
			if (flags.json) printJson({ restored: false, diff });
			else print("", "Nothing was changed. --yes makes it so.");
			return;
		}
		const done = await restorer.act(wanted, diff.here.seq);
		if (flags.json) printJson({ restored: true, ...done });
		else print("", doneText(wanted, done));
	};
	if (isServed(path)) await act(inServer(databaseAt(path)));
	else await inThisProcess(path, act);
}

function inServer(database: string): Restorer {
	const ask = (verb: string, args: object): Promise<unknown> =>
		askServer(database, { verb, args }, () => undefined);
	return {
		async compare({ from, sessionId }) {
			const answer =
				from === null
					? await ask("restore-undo", { sessionId, seq: null })
					: await ask("restore-session-diff", { from, sessionId });
			return answer as SessionDiff;
		},
		async act({ from, sessionId }, seq) {
			const answer =
				from === null
					? await ask("restore-undo", { sessionId, seq })
					: await ask("restore-session", { from, sessionId, seq });
			return answer as SessionRestored;
		},
	};
}

const inThisProcess = (path: string, act: (restorer: Restorer) => Promise<void>): Promise<void> =>
	withService(path, ({ restorer }) =>
		act({
			compare: ({ from, sessionId }) =>
				from === null ? restorer.compareUndo(sessionId) : restorer.compare(from, sessionId),
			act: ({ from, sessionId }, seq) =>
				from === null ? restorer.undo(sessionId, seq) : restorer.restore(from, sessionId, seq),
		}),
	);

function diffText({ from, here, there, asOf, movesAfter, artifacts }: SessionDiff): string[] {
	const row = (name: string, of: (standing: SessionStanding) => string | number) =>
		[name, `${of(here)} → ${of(there)}`] as const;
	return [
		`Now → ${from}`,
		...columns([
			row("  log ends at move", ({ seq }) => seq),
			row("  result", ({ result }) => result ?? "active"),
			row("  score", ({ score }) => score),
			row("  artifacts", (standing) => standing.artifacts),
			row("  remaining", ({ remainingArtifacts }) => remainingArtifacts),
			row("  state", ({ stateHash }) => stateHash),
			[
				"  changes",
				`${artifacts.added} artifacts come back, ${artifacts.removed} go, ${artifacts.changed} are otherwise`,
			],
		]),
		asOf === null
			? "The backup is of another log of this session: all moves here give way."
			: `${nounText(movesAfter, "move")} made since would no longer hold; they stay in the log.`,
	];
}

const doneText = (
	{ from, sessionId }: Wanted,
	{ seq, status, stateHash }: SessionRestored,
): string =>
	from === null
		? `Undone: entry ${seq} of its log; the session is ${status}, state ${stateHash}.`
		: `Restored: entry ${seq} of its log; the session is ${status}, state ${stateHash}. ` +
			`To take it back: savepoint restore --session ${sessionId} --undo --yes`;
