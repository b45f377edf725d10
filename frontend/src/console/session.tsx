import type { SessionAudit, SessionDetail } from "@savepoint/core";
import { useState } from "preact/hooks";
import { AuditLines } from "./audit-lines.js";
import { LevelLegend, LevelPicture } from "./level-picture.js";
import { Badge, Card, Empty, Figure, Figures, STATES, Trouble, Waiting } from "./parts.js";
import { RemovedSession } from "./removed-session.js";
import { SessionDeeds } from "./session-deeds.js";
import { SessionLogPages } from "./session-log.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

const EVERY_MS = 2_000;
const AUDIT_LINES = 50;

/** One session: what its players have, its level drawn, its log, and what operators did to it. */
export function SessionPage({ sessionId }: { sessionId: string }) {
	const detail = useLoaded<SessionDetail>(`/sessions/${sessionId}`, EVERY_MS);
	const audit = useLoaded<SessionAudit>(`/sessions/${sessionId}/audit?limit=${AUDIT_LINES}`);
	const { value, refusal } = detail;
	const isMissing = refusal?.code === "SESSION_NOT_FOUND";
	const [done, setDone] = useState<string | null>(null);
	const onDone = (what: string): void => {
		setDone(what);
		detail.reload();
		audit.reload();
	};
	const onUndone = (): void => onDone("It was undone.");
	return (
		<>
			<p>
				<a href="#/sessions">All sessions</a>
			</p>
			<h1>
				<code>{sessionId}</code>
			</h1>
			<div role="status">{done === null ? null : <p class="done">{done}</p>}</div>
			{isMissing ? (
				audit.value !== null && <RemovedSession audit={audit.value} onBack={onUndone} />
			) : (
				<>
					<Trouble refusal={refusal} />
					{value === null ? (
						refusal === null && <Waiting />
					) : (
						<Detail detail={value} onDone={onDone} />
					)}
				</>
			)}
			<h2>What operators did to it</h2>
			<Trouble refusal={audit.refusal} />
			{audit.value === null ? (
				audit.refusal === null && <Waiting />
			) : audit.value.entries.length === 0 ? (
				<Empty>Nothing.</Empty>
			) : (
				<AuditLines entries={audit.value.entries} onUndone={onUndone} />
			)}
		</>
	);
}

function Detail(props: { detail: SessionDetail; onDone: (what: string) => void }) {
	const { detail, onDone } = props;
	const { session, watchers } = detail;
	return (
		<>
			<div class="cards">
				<Card title="The level now" wide>
					<LevelPicture session={session} />
					<LevelLegend session={session} />
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
			<SessionDeeds session={session} onDone={onDone} />
			<SessionLogPages sessionId={session.sessionId} seq={session.seq} />
		</>
	);
}
