import { SESSION_FILTERS, type SessionFilter, type SessionLines } from "@savepoint/core";
import { useState } from "preact/hooks";
import { type PageMarks, Pager } from "./pager.js";
import { Badge, Empty, STATES, Table, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

const EVERY_MS = 5_000;
const PAGE_LINES = 50;
const NOT_OF_IDS = /[^0-9a-z]/g;

/** Sessions, page by page. The first page is kept fresh; a later one stays as it was opened. */
export function SessionsPage() {
	const [filter, setFilter] = useState<SessionFilter | "all">("active");
	const [search, setSearch] = useState("");
	const [pages, setPages] = useState<PageMarks>([]);
	const after = pages.at(-1);
	const query = new URLSearchParams({ limit: String(PAGE_LINES) });
	if (filter !== "all") query.set("filter", filter);
	if (search !== "") query.set("search", search);
	if (after !== undefined) query.set("after", after);
	const { value, refusal } = useLoaded<SessionLines>(
		`/sessions?${query}`,
		after === undefined ? EVERY_MS : null,
	);
	const show = (change: () => void): void => {
		change();
		setPages([]);
	};
	return (
		<>
			<h1>Sessions</h1>
			<div class="row">
				<fieldset class="row">
					<legend class="unseen">Which sessions</legend>
					{[...SESSION_FILTERS, "all" as const].map((one) => (
						<button
							key={one}
							type="button"
							class="quiet"
							aria-pressed={one === filter}
							onClick={() => show(() => setFilter(one))}
						>
							{one}
						</button>
					))}
				</fieldset>
				<label>
					Id begins with{" "}
					<input
						type="search"
						value={search}
						maxLength={36}
						spellcheck={false}
						autocomplete="off"
						onInput={({ currentTarget }) => {
							const text = currentTarget.value.trim().toLowerCase();
							show(() => setSearch(text.replaceAll(NOT_OF_IDS, "")));
						}}
					/>
				</label>
			</div>
			<Trouble refusal={refusal} />
			{value === null ? <Waiting /> : <Lines lines={value} />}
			<Pager marks={pages} next={value?.next ?? null} onMove={setPages} />
		</>
	);
}

function Lines({ lines }: { lines: SessionLines }) {
	if (lines.sessions.length === 0) return <Empty>There is no such session.</Empty>;
	return (
		<Table
			caption="Sessions"
			heads={["Session", "State", "Started", "Ended", "Length", "Lying", "Moves", "In memory"]}
		>
			{lines.sessions.map((line) => (
				<tr key={line.sessionId}>
					<th scope="row">
						<a href={`#/sessions/${line.sessionId}`}>
							<code>{line.sessionId}</code>
						</a>
					</th>
					<td>
						<Badge kind={STATES[line.result ?? "active"]}>{line.result ?? "active"}</Badge>
						{line.stale ? " by the sweep" : ""}
					</td>
					<td>{timeText(line.startedAt)}</td>
					<td>{timeText(line.endedAt)}</td>
					<td>{line.durationSeconds} s</td>
					<td class="number">{countText(line.score)}</td>
					<td class="number">{countText(line.seq)}</td>
					<td>{line.live ? "yes" : "no"}</td>
				</tr>
			))}
		</Table>
	);
}
