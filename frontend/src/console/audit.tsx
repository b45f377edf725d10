import type { ActionAnswer, AuditLine, AuditLines } from "@savepoint/core";
import { useState } from "preact/hooks";
import { call } from "./call.js";
import { type PageMarks, Pager } from "./pager.js";
import { Ask, Empty, type Question, Table, Trouble, Waiting } from "./parts.js";
import { useDeed } from "./use-deed.js";
import { useLoaded } from "./use-loaded.js";
import { timeText } from "./words.js";

const PAGE_LINES = 50;

/** What operators did, with what was there before and after, and the way back. */
export function AuditPage() {
	const [pages, setPages] = useState<PageMarks>([]);
	const after = pages.at(-1);
	const query = after === undefined ? "" : `&after=${after}`;
	const { value, refusal, reload } = useLoaded<AuditLines>(`/audit?limit=${PAGE_LINES}${query}`);
	const deed = useDeed(reload);
	const [question, setQuestion] = useState<Question | null>(null);
	const undo = ({ id, action, undo: by }: AuditLine): void =>
		setQuestion({
			title: `Undo “${wordsOf(action)}”?`,
			text: `This does “${wordsOf(by ?? "")}”, with an entry of its own.`,
			action: "Undo",
			onYes: () => deed.run(() => call<ActionAnswer>(`/audit/${id}/undo`, {})),
		});
	return (
		<>
			<h1>Audit log</h1>
			<Trouble refusal={refusal ?? deed.refusal} />
			{value === null ? (
				<Waiting />
			) : value.entries.length === 0 ? (
				<Empty>Nobody has done anything yet.</Empty>
			) : (
				<Lines entries={value.entries} onUndo={undo} />
			)}
			<Pager marks={pages} next={value?.next ?? null} onMove={setPages} />
			<Ask question={question} onClose={() => setQuestion(null)} />
		</>
	);
}

const Lines = (props: { entries: readonly AuditLine[]; onUndo: (entry: AuditLine) => void }) => (
	<Table caption="Audit log" heads={["When", "What", "From", "Before", "After", ""]}>
		{props.entries.map((entry) => (
			<tr key={entry.id}>
				<th scope="row">{timeText(entry.at)}</th>
				<td>{wordsOf(entry.action)}</td>
				<td>{entry.from}</td>
				<td>
					<State state={entry.before} />
				</td>
				<td>
					<State state={entry.after} />
				</td>
				<td>
					{entry.undoneBy !== null ? (
						"undone"
					) : entry.undo === null ? null : (
						<button type="button" class="quiet" onClick={() => props.onUndo(entry)}>
							Undo
						</button>
					)}
				</td>
			</tr>
		))}
	</Table>
);

const wordsOf = (action: string): string => action.replaceAll("-", " ");

function State({ state }: { state: unknown }) {
	if (state === null || state === undefined) return <>–</>;
	return (
		<details>
			<summary>show</summary>
			<pre>{JSON.stringify(state, null, 2)}</pre>
		</details>
	);
}
