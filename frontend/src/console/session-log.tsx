import type { LoggedMove, SessionLog } from "@savepoint/core";
import { useEffect, useState } from "preact/hooks";
import { type PageMarks, Pager } from "./pager.js";
import { Empty, Table, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

const EVERY_MS = 2_000;
const PAGE_MOVES = 25;

/** The log of a session from its end, page by page. The first page is kept fresh. */
export function SessionLogPages({ sessionId, seq }: { sessionId: string; seq: number }) {
	const [pages, setPages] = useState<PageMarks>([]);
	const after = pages.at(-1);
	const query = after === undefined ? "" : `&after=${after}`;
	const { value, refusal, reload } = useLoaded<SessionLog>(
		`/sessions/${sessionId}/log?limit=${PAGE_MOVES}${query}`,
		after === undefined ? EVERY_MS : null,
	);
	// The page is older than its session.
	const isBehind = after === undefined && value !== null && (value.moves[0]?.seq ?? 0) < seq;
	useEffect(() => {
		if (isBehind) reload();
	}, [isBehind, reload]);
	return (
		<>
			<h2>Its log</h2>
			<Trouble refusal={refusal} />
			{value === null ? (
				refusal === null && <Waiting />
			) : value.moves.length === 0 ? (
				<Empty>Nothing was played yet.</Empty>
			) : (
				<Moves log={value.moves} />
			)}
			<Pager marks={pages} next={value?.next ?? null} onMove={setPages} />
		</>
	);
}

const HEADS = ["Place", "Move", "What", "Play time", "Stored", "Outcome"] as const;

const Moves = ({ log }: { log: readonly LoggedMove[] }) => (
	<Table caption="The log, newest first" heads={HEADS}>
		{log.map((move) => (
			<tr key={move.seq}>
				<th scope="row">{countText(move.seq)}</th>
				<td>{move.type}</td>
				<td>{whatOf(move)}</td>
				<td class="number">{move.atMs === null ? "–" : `${(move.atMs / 1000).toFixed(2)} s`}</td>
				<td>{timeText(move.at)}</td>
				<td>{move.applied ? "applied" : `refused: ${move.code}`}</td>
			</tr>
		))}
	</Table>
);

function whatOf({ artifactId, status, result, x, y, asOf }: LoggedMove): string {
	const place = x === undefined ? undefined : `${x}, ${y}`;
	const from = typeof asOf === "number" ? `as after move ${asOf}` : undefined;
	const parts = [artifactId, status, result, place, from];
	return parts.filter((part) => part !== undefined && part !== null).join(" · ") || "–";
}
