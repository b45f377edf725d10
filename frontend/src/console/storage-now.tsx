import type { Overview } from "@savepoint/core";
import { Card, Figure, Figures } from "./parts.js";
import { bytesText, countText, durationText, msText } from "./words.js";

/** What an operator must hear of first: that nothing is stored, a recovery, doctor's warnings. */
export function Warnings({ overview: { storage, health } }: { overview: Overview }) {
	return (
		<>
			{health.status === "unavailable" && (
				<p class="trouble" role="alert">
					Nothing can be stored now: {health.reason} ({health.code})
				</p>
			)}
			{storage.recovery !== null && (
				<p class="trouble">
					{storage.recovery.reason} {storage.recovery.outcome}
				</p>
			)}
			{storage.warnings.map((warning) => (
				<p key={warning} class="warning">
					{warning}
				</p>
			))}
		</>
	);
}

/** The storage at this moment, in two cards. */
export function StorageNow({ overview: { storage, commits } }: { overview: Overview }) {
	return (
		<>
			<Card title="Storage">
				<Figures>
					<Figure label="Database" value={bytesText(storage.databaseBytes)} />
					<Figure label="Write-ahead log" value={bytesText(storage.walBytes)} />
					<Figure label="Free on its disk" value={bytesText(storage.freeBytes)} />
					<Figure label="Moves to be folded" value={countText(storage.tailRows)} />
					<Figure label="Downtime in all" value={durationText(storage.downtimeMs)} />
				</Figures>
				<p class="empty">
					<code>{storage.location}</code>
				</p>
			</Card>
			<Card title="Commits">
				<Figures>
					<Figure label="Mean of a commit" value={msText(commits.commitMsMean)} />
					<Figure label="Slowest" value={msText(commits.commitMsMax)} />
					<Figure label="Commits" value={countText(commits.batches)} />
					<Figure label="Changes stored" value={countText(commits.writes)} />
					<Figure label="Largest batch" value={countText(commits.largestBatch)} />
					<Figure label="Waiting now" value={countText(commits.queueDepth)} />
				</Figures>
			</Card>
		</>
	);
}
