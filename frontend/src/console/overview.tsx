import { HISTORY_SPANS, type History, type HistorySpan, type Overview } from "@savepoint/core";
import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart.js";
import { Badge, Card, Figure, Figures, SpanChoice, Trouble, Waiting } from "./parts.js";
import { StorageNow, Warnings } from "./storage-now.js";
import { useLoaded } from "./use-loaded.js";
import { agoText, countText, timeText } from "./words.js";

const EVERY_MS = 5_000;
const HISTORY_EVERY_MS = 60_000;

/** How the service is, now and over time. */
export function OverviewPage() {
	const { value, refusal } = useLoaded<Overview>("/overview", EVERY_MS);
	return (
		<>
			<h1>Overview</h1>
			<Trouble refusal={refusal} />
			{value === null ? <Waiting /> : <Now overview={value} />}
			<OverTime />
		</>
	);
}

function Now({ overview }: { overview: Overview }) {
	const { stats, health } = overview;
	return (
		<>
			<Warnings overview={overview} />
			<div class="cards">
				<Card title="Sessions">
					<Figures>
						<Figure label="Active now" value={countText(stats.activeCount)} />
						<Figure label="Started today" value={countText(overview.sessionsToday)} />
						<Figure label="Started" value={countText(stats.startedCount)} />
						<Figure label="Won" value={countText(stats.wonCount)} />
						<Figure label="Lost" value={countText(stats.lostCount)} />
						<Figure label="Abandoned" value={countText(stats.abandonedCount)} />
						<Figure label="Last activity" value={agoText(stats.latestActivityAt)} />
					</Figures>
				</Card>
				<StorageNow overview={overview} />
				<Card title="Server">
					<Figures>
						<Figure label="Version" value={overview.serverVersion} />
						<Figure
							label="Started"
							value={agoText(overview.startedAt)}
							note={timeText(overview.startedAt)}
						/>
					</Figures>
					<Badge kind={health.status === "ok" ? "good" : "bad"}>
						{health.status === "ok" ? "Every answer is on disk" : "Not storing"}
					</Badge>
				</Card>
			</div>
		</>
	);
}

function OverTime() {
	const [span, setSpan] = useState<HistorySpan>("day");
	const { value, refusal } = useLoaded<History>(`/history?span=${span}`, HISTORY_EVERY_MS);
	const drawn = useMemo(() => (value === null ? null : linesOf(value)), [value]);
	return (
		<Card title="Over time" wide>
			<SpanChoice spans={HISTORY_SPANS} chosen={span} onChoose={setSpan} />
			<Trouble refusal={refusal} />
			{drawn === null ? (
				<Waiting />
			) : (
				<>
					<Chart title="Active sessions" times={drawn.times} lines={drawn.active} />
					<Chart title="Ended since the span began" times={drawn.times} lines={drawn.ended} />
				</>
			)}
		</Card>
	);
}

function linesOf({ points }: History) {
	const first = points[0];
	const since = (of: (point: History["points"][number]) => number) =>
		points.map((point) => of(point) - (first === undefined ? 0 : of(first)));
	return {
		times: points.map(({ at }) => Date.parse(at) / 1000),
		active: [{ label: "active", colour: "#ffd76a", values: points.map(({ active }) => active) }],
		ended: [
			{ label: "won", colour: "#8fe3c8", values: since(({ won }) => won) },
			{ label: "lost", colour: "#ff8566", values: since(({ lost }) => lost) },
			{ label: "abandoned", colour: "#cfc6ee", values: since(({ abandoned }) => abandoned) },
		],
	};
}
