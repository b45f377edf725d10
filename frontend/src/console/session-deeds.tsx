import type { ActionAnswer, Session } from "@savepoint/core";
import { useState } from "preact/hooks";
import { call } from "./call.js";
import { Ask, Card, type Question, Trouble } from "./parts.js";
import { RestoreDialog } from "./restore-dialog.js";
import { useDeed } from "./use-deed.js";

/** What an operator can do to a session. Each asks first, and can be undone in the audit log. */
export function SessionDeeds(props: { session: Session; onDone: (what: string) => void }) {
	const { session, onDone } = props;
	const deed = useDeed(() => undefined);
	const [question, setQuestion] = useState<Question | null>(null);
	const [isRestoring, setRestoring] = useState(false);
	const path = `/sessions/${session.sessionId}`;
	const run = (what: string, act: () => Promise<ActionAnswer>): void =>
		deed.run(() => act().then(() => onDone(what)));
	const end = (): void =>
		setQuestion({
			title: "End this session?",
			text:
				"The game ends at once, as abandoned, and whoever plays it is told so. Undo makes it " +
				"active again, with the time that was left.",
			action: "End it",
			onYes: () => run("The session was ended.", () => call(`${path}/end`, {})),
		});
	const remove = (): void =>
		setQuestion({
			title: "Delete this session?",
			text:
				"Nobody can see it any longer, its replay and its high score included, and it is taken out " +
				"of the statistics. Undo brings all of it back until the undo window is over; then what is " +
				"stored of it is deleted for good.",
			action: "Delete it",
			onYes: () => run("The session was deleted.", () => call(`${path}/delete`, {})),
		});
	const restore = (from: string, seq: number): void =>
		run(`The session was restored from ${from}.`, () => call(`${path}/restore`, { from, seq }));
	return (
		<Card title="What you can do" wide>
			<p class="empty">Each of these asks first, is in the audit log, and can be undone.</p>
			<div class="row">
				<button
					type="button"
					class="quiet"
					disabled={deed.busy || session.status === "ended"}
					onClick={end}
				>
					End…
				</button>
				<button type="button" class="quiet" disabled={deed.busy} onClick={() => setRestoring(true)}>
					Restore from a backup…
				</button>
				<button type="button" class="quiet" disabled={deed.busy} onClick={remove}>
					Delete…
				</button>
			</div>
			<Trouble refusal={deed.refusal} />
			<Ask question={question} onClose={() => setQuestion(null)} />
			{isRestoring && (
				<RestoreDialog session={session} onYes={restore} onClose={() => setRestoring(false)} />
			)}
		</Card>
	);
}
