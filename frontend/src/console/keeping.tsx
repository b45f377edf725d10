import type { RetentionView } from "@savepoint/core";
import { Card, Empty, Figure, Figures, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { bytesText, countText, timeText } from "./words.js";

/** What is kept, and for how long. */
export function KeepingPage() {
	const { value, refusal } = useLoaded<RetentionView>("/retention");
	return (
		<>
			<h1>Keeping</h1>
			<Trouble refusal={refusal} />
			{value === null ? refusal === null && <Waiting /> : <Preview view={value} />}
		</>
	);
}

function Preview({ view: { preview, keepDays, undoDays } }: { view: RetentionView }) {
	if (preview === null)
		return (
			<Card title="Retention" wide>
				<Empty>
					<code>SAVEPOINT_RETENTION_DAYS</code> is 0: every session is kept for ever.
				</Empty>
			</Card>
		);
	return (
		<Card title="What retention would remove now" wide>
			<Figures>
				<Figure label="Sessions" value={countText(preview.sessions)} />
				<Figure label="Their moves" value={countText(preview.moves)} />
				<Figure label="Their size" value={`about ${bytesText(preview.bytes)}`} />
				<Figure
					label="Old, but kept"
					value={countText(preview.kept)}
					note="they have a high score"
				/>
				<Figure
					label="Removed already"
					value={countText(preview.waiting)}
					note="can still be brought back"
				/>
			</Figures>
			<p class="empty">
				Sessions that ended before {timeText(preview.endedBefore)} ({keepDays} days). They are
				hidden first and deleted {undoDays} days later; results, high scores and statistics stay for
				ever.
			</p>
		</Card>
	);
}
