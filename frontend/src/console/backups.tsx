import type { ActionAnswer, BackupLine, BackupsView } from "@savepoint/core";
import { useState } from "preact/hooks";
import { call } from "./call.js";
import { type PageMarks, Pager } from "./pager.js";
import {
	Ask,
	Badge,
	Card,
	Empty,
	Figure,
	Figures,
	type Question,
	Table,
	Trouble,
	Waiting,
} from "./parts.js";
import { useDeed } from "./use-deed.js";
import { useLoaded } from "./use-loaded.js";
import { agoText, bytesText, countText, durationText, nounText, timeText } from "./words.js";

const EVERY_MS = 5_000;
/** While one is under way. */
const PROGRESS_EVERY_MS = 1_000;
const PAGE_LINES = 50;

/** What there is to go back to, and whether it was seen to restore. */
export function BackupsPage() {
	const [pages, setPages] = useState<PageMarks>([]);
	const [isBusy, setBusy] = useState(false);
	const after = pages.at(-1);
	const query = after === undefined ? "" : `&after=${after}`;
	const { value, refusal, reload } = useLoaded<BackupsView>(
		`/backups?limit=${PAGE_LINES}${query}`,
		isBusy ? PROGRESS_EVERY_MS : EVERY_MS,
	);
	const deed = useDeed(reload);
	const [question, setQuestion] = useState<Question | null>(null);
	const hasJob = value !== null && value.job !== null;
	if (hasJob !== isBusy) setBusy(hasJob);
	const isWaiting = hasJob || deed.busy;
	const ask = (asked: Omit<Question, "onYes">, path: string): void =>
		setQuestion({ ...asked, onYes: () => deed.run(() => call<ActionAnswer>(path, {})) });
	return (
		<>
			<h1>Backups</h1>
			<Trouble refusal={refusal ?? deed.refusal} />
			{value === null ? (
				refusal === null && <Waiting />
			) : value.elsewhere !== null ? (
				<Empty>
					This server makes no backups of {value.elsewhere}: it has tools of its own for that. Set
					them up, and prove now and then that what they make restores.
				</Empty>
			) : (
				<>
					<Standing view={value} isWaiting={isWaiting} onTake={() => ask(TAKE, "/backups")} />
					<Lines
						view={value}
						isWaiting={isWaiting}
						onProve={({ name }) => ask(proving(name), `/backups/${name}/prove`)}
					/>
					<Pager marks={pages} next={value.next} onMove={setPages} />
				</>
			)}
			<Ask question={question} onClose={() => setQuestion(null)} />
		</>
	);
}

const TAKE = {
	title: "Make a backup now?",
	text: "Players go on meanwhile. The schedule never takes away what you asked for.",
	action: "Back up",
};
const proving = (name: string) => ({
	title: "Prove this backup again?",
	text: `${name} is restored to a scratch file and verified. That needs room for one more copy.`,
	action: "Prove",
});

function Standing(props: { view: BackupsView; isWaiting: boolean; onTake: () => void }) {
	const { view, isWaiting, onTake } = props;
	const { hours, days, weeks } = view.keep;
	const kept = [nounText(hours, "hour"), nounText(days, "day"), nounText(weeks, "week")];
	return (
		<>
			{view.alarms.map((alarm) => (
				<p key={alarm} class="trouble" role="alert">
					{alarm}
				</p>
			))}
			<div class="cards">
				<Card title="Last proven restore">
					<p class={view.alarms.length > 0 ? "headline bad" : "headline"}>
						{agoText(view.lastProofAt)}
					</p>
					<Figures>
						<Figure label="Proven at" value={timeText(view.lastProofAt)} />
						<Figure label="Newest proven backup of" value={timeText(view.newestProvenAt)} />
						<Figure
							label="The last one took"
							value={view.lastTookMs === null ? "–" : durationText(view.lastTookMs)}
							note="with its proof, since the start"
						/>
					</Figures>
				</Card>
				<Card title="The schedule">
					<Figures>
						<Figure
							label="Makes one"
							value={
								view.everyMinutes === 0 ? "never" : `every ${nounText(view.everyMinutes, "minute")}`
							}
							note={
								view.everyMinutes === 0
									? "SAVEPOINT_BACKUP_EVERY_MINUTES is 0"
									: "while something changes"
							}
						/>
						<Figure label="Keeps the newest of" value={kept.join(", ")} />
					</Figures>
					<p class="empty">
						<code>{view.directory}</code>
					</p>
				</Card>
				<Card title="Under way">
					<Job view={view} />
					<button type="button" class="deed" disabled={isWaiting} onClick={onTake}>
						Back up now
					</button>
				</Card>
			</div>
		</>
	);
}

function Job({ view: { job } }: { view: BackupsView }) {
	const percent = job !== null && job.total > 0 ? Math.floor((job.done / job.total) * 100) : null;
	return (
		<div role="status">
			{job === null ? (
				<p class="empty">Nothing.</p>
			) : (
				<>
					<p>
						{job.kind === "prove" ? `Proving ${job.backup ?? "the newest"}` : "Backing up"}
						{job.step === null ? "" : `: ${job.step}`}
						{percent === null ? " …" : `, ${percent} %`}
					</p>
					<progress
						aria-label="How far it is"
						max={100}
						{...(percent === null ? {} : { value: percent })}
					/>
				</>
			)}
		</div>
	);
}

function Lines(props: {
	view: BackupsView;
	isWaiting: boolean;
	onProve: (backup: BackupLine) => void;
}) {
	const { view, isWaiting, onProve } = props;
	if (view.backups.length === 0) return <Empty>There is no backup yet.</Empty>;
	return (
		<Table
			caption="Backups"
			heads={["Made", "Proven", "", "Kept", "Size", "Sessions", "Moves", "Name"]}
		>
			{view.backups.map((backup) => (
				<tr key={backup.name}>
					<th scope="row">{timeText(backup.createdAt)}</th>
					<td>
						<Proof backup={backup} />
					</td>
					<td>
						<button
							type="button"
							class="quiet"
							disabled={isWaiting}
							aria-label={`Prove ${backup.name}`}
							onClick={() => onProve(backup)}
						>
							Prove
						</button>
					</td>
					<td>{keptText(backup)}</td>
					<td class="number">{bytesText(backup.bytes)}</td>
					<td class="number">{countText(backup.sessions)}</td>
					<td class="number">{countText(backup.moves)}</td>
					<td>
						<code>{backup.name}</code>
					</td>
				</tr>
			))}
		</Table>
	);
}

function Proof({ backup }: { backup: BackupLine }) {
	if (backup.provenAt === null)
		return (
			<>
				<Badge kind="bad">not proven</Badge>
				{backup.problems.map((problem) => (
					<p key={problem} class="message">
						{problem}
					</p>
				))}
			</>
		);
	return (
		<>
			<Badge kind="good">proven</Badge> {timeText(backup.provenAt)}
			<p class="message">{nounText(backup.sessionsReplayed, "session")} played again</p>
		</>
	);
}

function keptText({ kept, keptUntil }: BackupLine): string {
	switch (kept) {
		case "asked":
			return "until you delete it yourself";
		case "newest":
			return "as the newest proven one";
		case "until-newer":
			return "until a newer one is there";
		case "until":
			return `at least until ${timeText(keptUntil)}`;
		case "superseded":
			return "goes with the next one";
	}
}
