import type { SessionAudit } from "@savepoint/core";
import { useUndo } from "./audit-lines.js";
import { Ask, Card, Trouble } from "./parts.js";
import { timeText } from "./words.js";

/** A session that is not there: never was, was deleted and can come back, or is gone for good. */
export function RemovedSession({ audit, onBack }: { audit: SessionAudit; onBack: () => void }) {
	const { question, refusal, ask, close } = useUndo(onBack);
	const { removal } = audit;
	const deletion = audit.entries.find(({ action }) => action === "delete-session");
	if (removal === null)
		return (
			<Card title="There is no such session" wide>
				<p>
					{deletion === undefined
						? "No session with this id is stored. Look whether the id is whole."
						: `It was deleted on ${timeText(deletion.at)}, and what was stored of it is gone.`}
				</p>
			</Card>
		);
	const isByOperator = removal.reason === "operator" && deletion !== undefined;
	return (
		<Card title={isByOperator ? "Deleted" : "Grown too old"} wide>
			<p>
				{isByOperator ? "It was deleted on " : "Retention has hidden it on "}
				{timeText(removal.removedAt)}. What is stored of it goes on {timeText(removal.purgeAt)}
				{isByOperator ? (
					"; until then it can be brought back."
				) : (
					<>
						; until then <code>savepoint retention undo</code> brings it back, with all that were
						hidden since a time that you name. Its result stays for ever.
					</>
				)}
			</p>
			<Trouble refusal={refusal} />
			{isByOperator && (
				<button type="button" class="deed" onClick={() => ask(deletion)}>
					Bring it back…
				</button>
			)}
			<Ask question={question} onClose={close} />
		</Card>
	);
}
