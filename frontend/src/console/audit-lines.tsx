import type { ActionAnswer, AuditAction, AuditLine } from "@savepoint/core";
import { useState } from "preact/hooks";
import { call } from "./call.js";
import { Ask, type Question, Table, Trouble } from "./parts.js";
import { useDeed } from "./use-deed.js";
import { timeText } from "./words.js";

const HEADS = ["When", "What", "Undo", "To", "From", "Before", "After"] as const;

/** Entries of the audit log, each with its way back where there is one. */
export function AuditLines(props: { entries: readonly AuditLine[]; onUndone: () => void }) {
	const { question, refusal, ask, close } = useUndo(props.onUndone);
	return (
		<>
			<Trouble refusal={refusal} />
			<Table caption="Audit log" heads={HEADS}>
				{props.entries.map((entry) => (
					<tr key={entry.id}>
						<th scope="row">{timeText(entry.at)}</th>
						<td>{actionText(entry.action)}</td>
						<td>
							{entry.undoneBy !== null ? (
								"undone"
							) : entry.undo === null ? null : (
								<button type="button" class="quiet" onClick={() => ask(entry)}>
									Undo
								</button>
							)}
						</td>
						<td>
							<Subject entry={entry} />
						</td>
						<td>{entry.from}</td>
						<td>
							<State state={entry.before} />
						</td>
						<td>
							<State state={entry.after} />
						</td>
					</tr>
				))}
			</Table>
			<Ask question={question} onClose={close} />
		</>
	);
}

/** What an undo brings about. */
const OUTCOMES: Readonly<Partial<Record<AuditAction, string>>> = {
	"reopen-session": "The session is active again, with the time that its player had left.",
	"undelete-session": "The session is there again as it was, and counts again.",
	"undo-restore": "The session is again as it was right before the restore.",
	"withdraw-notice": "The notice is shown no longer.",
	"show-notice": "The notice is shown again, until its time is over.",
};

/** Asks, and undoes; `onUndone` when that is stored. */
export function useUndo(onUndone: () => void) {
	const deed = useDeed(onUndone);
	const [question, setQuestion] = useState<Question | null>(null);
	return {
		question,
		refusal: deed.refusal,
		close: () => setQuestion(null),
		ask: ({ id, action, undo }: AuditLine): void =>
			setQuestion({
				title: `Undo “${actionText(action)}”?`,
				text: `${undo === null ? "" : (OUTCOMES[undo] ?? "")} The undo has an entry of its own.`,
				action: "Undo",
				onYes: () => deed.run(() => call<ActionAnswer>(`/audit/${id}/undo`, {})),
			}),
	};
}

export const actionText = (action: string): string => action.replaceAll("-", " ");

/** Actions whose subject is a session. */
const ON_SESSIONS = /session|restore/;

function Subject({ entry: { action, subject } }: { entry: AuditLine }) {
	if (subject === null) return <>–</>;
	if (!ON_SESSIONS.test(action)) return <code>{subject.slice(0, SHORT)}…</code>;
	return (
		<a href={`#/sessions/${subject}`}>
			<code>{subject.slice(0, SHORT)}…</code>
		</a>
	);
}

/** The time and enough of the rest to tell two of one list apart. */
const SHORT = 14;

function State({ state }: { state: unknown }) {
	if (state === null || state === undefined) return <>–</>;
	return (
		<details>
			<summary>show</summary>
			<pre>{JSON.stringify(state, null, 2)}</pre>
		</details>
	);
}
