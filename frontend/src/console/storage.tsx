import {
	type Overview,
	STORAGE_SPANS,
	type StorageHistory,
	type StorageSpan,
} from "@savepoint/core";
import { useMemo, useState } from "preact/hooks";
import { Chart, type Line } from "./chart.js";
import { Card, Empty, SpanChoice, Trouble, Waiting } from "./parts.js";
import { StorageNow, Warnings } from "./storage-now.js";
import { useLoaded } from "./use-loaded.js";
import { bytesText, msText, shortText, timeText } from "./words.js";

const EVERY_MS = 5_000;
/** Sizes are round where they are a power of two. */
const BYTE_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);
const SIZE = { format: bytesText, steps: BYTE_STEPS };
const COLOURS = { first: "#8fe3c8", second: "#ff8566" } as const;

/** How the storage does, now and over time. */
export function StoragePage() {
	const { value, refusal } = useLoaded<Overview>("/overview", EVERY_MS);
	return (
		<>
			<h1>Storage</h1>
			<Trouble refusal={refusal} />
			{value === null ? (
				refusal === null && <Waiting />
			) : (
				<>
					<Warnings overview={value} />
					<div class="cards">
						<StorageNow overview={value} />
					</div>
				</>
			)}
			<OverTime />
		</>
	);
}

function OverTime() {
	const [span, setSpan] = useState<StorageSpan>("hour");
	const { value, refusal } = useLoaded<StorageHistory>(`/storage-history?span=${span}`, EVERY_MS);
	return (
		<Card title="Over time" wide>
			<SpanChoice
				spans={STORAGE_SPANS}
				chosen={span}
				onChoose={setSpan}
				nameOf={(one) => `last ${one}`}
			/>
			<Trouble refusal={refusal} />
			{value === null ? refusal === null && <Waiting /> : <Charts history={value} />}
		</Card>
	);
}

interface Drawing {
	readonly title: string;
	readonly format: (value: number) => string;
	readonly steps?: readonly number[];
	readonly lines: readonly Line[];
}

function Charts({ history }: { history: StorageHistory }) {
	const drawings = useMemo(() => drawingsOf(history), [history]);
	return (
		<>
			<p class="empty">
				Kept in the server's memory, every {history.intervalSeconds} seconds since its start (
				{timeText(history.since)}): a restart begins anew.
			</p>
			{history.at.length === 0 ? (
				<Empty>The first values come {history.intervalSeconds} seconds after the start.</Empty>
			) : (
				<div class="charts">
					{drawings.map(({ title, lines, format, steps }) => (
						<Chart
							key={title}
							title={title}
							times={history.at}
							lines={lines}
							format={format}
							{...(steps && { steps })}
							summary={summaryOf(lines, format)}
						/>
					))}
				</div>
			)}
		</>
	);
}

function drawingsOf(history: StorageHistory): Drawing[] {
	const one = (label: string, values: Line["values"]): Line[] => [
		{ label, colour: COLOURS.first, values },
	];
	return [
		{
			title: "Commits a second",
			format: shortText,
			lines: one("commits", history.batchesPerSecond),
		},
		{
			title: "Changes in a commit",
			format: shortText,
			lines: one("changes", history.changesPerBatch),
		},
		{
			title: "How long a commit takes, with its sync",
			format: msText,
			lines: [
				{ label: "half of them", colour: COLOURS.first, values: history.syncMsP50 },
				{ label: "99 of 100", colour: COLOURS.second, values: history.syncMsP99 },
			],
		},
		{
			title: "Changes that wait for their sync",
			format: shortText,
			lines: one("waiting", history.queueDepth),
		},
		{ title: "Write-ahead log", ...SIZE, lines: one("log", history.walBytes) },
		{ title: "Used by the database", ...SIZE, lines: one("used", history.usedBytes) },
		{ title: "Free on its disk", ...SIZE, lines: one("free", history.freeBytes) },
		{
			title: "Event loop late, 99 of 100 turns",
			format: msText,
			lines: one("late", history.eventLoopMsP99),
		},
		{ title: "Memory of the server", ...SIZE, lines: one("memory", history.memoryBytes) },
	];
}

/** The last value of each line, and the largest. */
function summaryOf(lines: readonly Line[], format: (value: number) => string): string {
	return lines
		.map(({ label, values }) => {
			const known = values.filter((value) => value !== null);
			const last = known.at(-1);
			if (last === undefined) return `${label}: none yet`;
			const most = known.reduce((largest, value) => Math.max(largest, value), last);
			return `${label}: last ${format(last)}, most ${format(most)}`;
		})
		.join(" · ");
}
