import type { QuarantinedLine, QuarantineView, SessionStanding } from "@savepoint/core";
import { useState } from "preact/hooks";
import { type PageMarks, Pager } from "./pager.js";
import { Badge, Card, Empty, Figure, Figures, Table, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

const EVERY_MS = 15_000;
const PAGE_LINES = 50;

/** What did not verify and was set aside: sessions by name, and whole files. */
export function QuarantinePage() {
	const [pages, setPages] = useState<PageMarks>([]);
	const after = pages.at(-1);
	const query = after === undefined ? "" : `&after=${after}`;
	const { value, refusal } = useLoaded<QuarantineView>(
		`/quarantine?limit=${PAGE_LINES}${query}`,
		after === undefined ? EVERY_MS : null,
	);
	return (
		<>
			<h1>Quarantine</h1>
			<Trouble refusal={refusal} />
			{value === null ? (
				refusal === null && <Waiting />
			) : isUntouched(value, pages) ? (
				<Empty>Nothing was ever set aside.</Empty>
			) : (
				<>
					<Recovery view={value} />
					<h2>Sessions</h2>
					{value.sessions.length === 0 ? (
						<Empty>No session was set aside by name.</Empty>
					) : (
						<Sessions sessions={value.sessions} />
					)}
					<Pager marks={pages} next={value.next} onMove={setPages} />
				</>
			)}
		</>
	);
}

const isUntouched = ({ recovery, setAside, sessions }: QuarantineView, marks: PageMarks): boolean =>
	marks.length === 0 && recovery === null && setAside.length + sessions.length === 0;

function Recovery({ view: { recovery, setAside } }: { view: QuarantineView }) {
	return (
		<div class="cards">
			<Card title="What this start recovered">
				{recovery === null ? (
					<Empty>Nothing: the database was sound.</Empty>
				) : (
					<>
						<p class="trouble">
							{recovery.reason} {recovery.outcome}
						</p>
						<Figures>
							<Figure label="When" value={whenText(recovery.at)} />
							{recovery.tally !== null && <Tally tally={recovery.tally} />}
						</Figures>
					</>
				)}
			</Card>
			<Card title="Files that were set aside">
				{setAside.length === 0 ? (
					<Empty>None.</Empty>
				) : (
					<>
						<p class="empty">
							They lie whole on the server. Examine a copy only; delete them when you are content
							with what came back.
						</p>
						<ul class="paths">
							{setAside.map(({ directory, report }) => (
								<li key={directory}>
									<code>{report ?? directory}</code>
								</li>
							))}
						</ul>
					</>
				)}
			</Card>
		</div>
	);
}

/** A report that does not read back has no time. */
const whenText = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : timeText(at));

const Tally = ({
	tally,
}: {
	tally: NonNullable<NonNullable<QuarantineView["recovery"]>["tally"]>;
}) => (
	<>
		<Figure label="Sessions that came back" value={countText(tally.sessionsBack)} />
		<Figure label="Of those with a part of their log" value={countText(tally.sessionsHarmed)} />
		<Figure label="Sessions lost" value={countText(tally.sessionsLost)} />
		<Figure label="Moves from the file" value={countText(tally.movesFromFile)} />
		<Figure label="Moves from its log" value={countText(tally.movesFromWal)} />
		<Figure label="Moves from the backup" value={countText(tally.movesFromBackup)} />
		<Figure label="Places that are uncertain" value={countText(tally.uncertain)} />
	</>
);

const STANDINGS: Readonly<
	Record<SessionStanding, { kind: "bad" | "live" | "plain" | "good"; words: string }>
> = {
	harmed: { kind: "bad", words: "set aside as it is" },
	cut: { kind: "live", words: "rebuilt in part, plays on" },
	kept: { kind: "plain", words: "its result stands" },
	whole: { kind: "good", words: "rebuilt whole" },
};

const Sessions = ({ sessions }: { sessions: readonly QuarantinedLine[] }) => (
	<Table
		caption="Sessions that were set aside"
		heads={["Session", "How it stands", "Why", "Moves lost", "Moves kept", "Noticed", "Rebuilt"]}
	>
		{sessions.map((line) => (
			<tr key={line.sessionKey}>
				<th scope="row">
					{line.sessionId === null ? (
						`number ${line.sessionKey}`
					) : (
						<a href={`#/sessions/${line.sessionId}`}>
							<code>{line.sessionId}</code>
						</a>
					)}
				</th>
				<td>
					<Badge kind={STANDINGS[line.standing].kind}>{STANDINGS[line.standing].words}</Badge>
				</td>
				<td>
					<p class="message">{line.reason}</p>
				</td>
				<td>{lostText(line)}</td>
				<td class="number">{line.keptMoves === null ? "–" : countText(line.keptMoves)}</td>
				<td>{timeText(line.noticedAt)}</td>
				<td>{timeText(line.rebuiltAt)}</td>
			</tr>
		))}
	</Table>
);

function lostText({ lost, standing }: QuarantinedLine): string {
	if (lost === null) return standing === "harmed" ? "not looked at" : "none known";
	return lost.fromSeq === lost.toSeq ? `${lost.fromSeq}` : `${lost.fromSeq} to ${lost.toSeq}`;
}
