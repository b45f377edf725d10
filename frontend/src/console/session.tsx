import type { LoggedMove, SessionDetail } from "@savepoint/core";
import { LevelPicture } from "./level-picture.js";
import { Badge, Card, Empty, Figure, Figures, STATES, Table, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

const EVERY_MS = 2_000;

/** One session: what its players have, its level drawn, and the last moves of its log. */
export function SessionPage({ sessionId }: { sessionId: string }) {
	const { value, refusal } = useLoaded<SessionDetail>(`/sessions/${sessionId}`, EVERY_MS);
	return (
		<>
			<p>
				<a href="#/sessions">All sessions</a>
			</p>
			<h1>
				<code>{sessionId}</code>
			</h1>
			<Trouble refusal={refusal} />
			{value === null ? refusal === null && <Waiting /> : <Detail detail={value} />}
		</>
	);
}

function Detail({ detail }: { detail: SessionDetail }) {
	const { session, watchers, log } = detail;
	return (
		<>
			<div class="cards">
				<Card title="The level now" wide>
					<LevelPicture session={session} />
				</Card>
				<Card title="The session">
					<Badge kind={STATES[session.result ?? "active"]}>{session.result ?? "active"}</Badge>
					<Figures>
						<Figure label="Lying about" value={countText(session.score)} />
						<Figure label="Artifacts" value={countText(session.artifacts.length)} />
						<Figure label="Moves" value={countText(session.seq)} />
						<Figure label="Remaining" value={`${session.remainingSeconds.toFixed(1)} s`} />
						<Figure label="Started" value={timeText(session.startedAt)} />
						<Figure label="Ended" value={timeText(session.endedAt)} />
						<Figure label="Live connections" value={countText(watchers)} />
						<Figure label="Seed" value={String(session.seed)} />
						<Figure label="State hash" value={session.stateHash} />
					</Figures>
					{session.replayId !== null && (
						<a href={`/?replay=${session.replayId}`}>Watch the game again</a>
					)}
				</Card>
			</div>
			<h2>The last moves</h2>
			{log.length === 0 ? <Empty>Nothing was played yet.</Empty> : <Moves log={log} />}
		</>
	);
}

const Moves = ({ log }: { log: readonly LoggedMove[] }) => (
	<Table
		caption="The last moves"
		heads={["Place", "Move", "What", "Play time", "Stored", "Outcome"]}
	>
		{log.toReversed().map((move) => (
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

function whatOf({ artifactId, status, result, x, y }: LoggedMove): string {
	const parts = [artifactId, status, result, x === undefined ? undefined : `${x}, ${y}`];
	return parts.filter((part) => part !== undefined && part !== null).join(" · ") || "–";
}
