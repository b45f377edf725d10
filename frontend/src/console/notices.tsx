import {
	type ActionAnswer,
	NOTICE_MESSAGE_LENGTH_MAX,
	NOTICE_TITLE_LENGTH_MAX,
	type NoticeLine,
	type NoticeLines,
} from "@savepoint/core";
import { useState } from "preact/hooks";
import { call } from "./call.js";
import { Ask, Badge, Card, Empty, type Question, Table, Trouble, Waiting } from "./parts.js";
import { useDeed } from "./use-deed.js";
import { useLoaded } from "./use-loaded.js";
import { timeText } from "./words.js";

const HOURS = [1, 6, 24, 72] as const;
const KINDS = { shown: "live", planned: "good", over: "plain", withdrawn: "plain" } as const;

/** What players read at the start of the game. */
export function NoticesPage() {
	const { value, refusal, reload } = useLoaded<NoticeLines>("/notices");
	const deed = useDeed(reload);
	const [question, setQuestion] = useState<Question | null>(null);
	const withdraw = ({ id, title }: NoticeLine): void =>
		setQuestion({
			title: "Withdraw this notice?",
			text: `“${title}” is shown no longer. The audit log can bring it back.`,
			action: "Withdraw",
			onYes: () => deed.run(() => call<ActionAnswer>(`/notices/${id}/withdraw`, {})),
		});
	return (
		<>
			<h1>Notices</h1>
			<Trouble refusal={refusal ?? deed.refusal} />
			<Writing onSent={reload} />
			{value === null ? (
				<Waiting />
			) : value.notices.length === 0 ? (
				<Empty>No notice was ever sent.</Empty>
			) : (
				<Lines notices={value.notices} onWithdraw={withdraw} />
			)}
			<Ask question={question} onClose={() => setQuestion(null)} />
		</>
	);
}

function Writing({ onSent }: { onSent: () => void }) {
	const [title, setTitle] = useState("");
	const [message, setMessage] = useState("");
	const [hours, setHours] = useState<number>(HOURS[1]);
	const deed = useDeed(() => {
		setTitle("");
		setMessage("");
		onSent();
	});
	const send = (event: Event): void => {
		event.preventDefault();
		const validTo = new Date(Date.now() + hours * 3_600_000).toISOString();
		deed.run(() => call<ActionAnswer>("/notices", { title, message, validTo }));
	};
	return (
		<Card title="Tell the players something" wide>
			<form class="writing" onSubmit={send}>
				<label>
					Title
					<input
						required
						maxLength={NOTICE_TITLE_LENGTH_MAX}
						value={title}
						onInput={({ currentTarget }) => setTitle(currentTarget.value)}
					/>
				</label>
				<label>
					Message
					<textarea
						required
						rows={3}
						maxLength={NOTICE_MESSAGE_LENGTH_MAX}
						value={message}
						onInput={({ currentTarget }) => setMessage(currentTarget.value)}
					/>
				</label>
				<label>
					Shown for{" "}
					<select
						value={hours}
						onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
					>
						{HOURS.map((one) => (
							<option key={one} value={one}>
								{one === 1 ? "1 hour" : `${one} hours`}
							</option>
						))}
					</select>
				</label>
				<button type="submit" class="deed" disabled={deed.busy}>
					Show to players
				</button>
				<Trouble refusal={deed.refusal} />
			</form>
		</Card>
	);
}

const Lines = (props: {
	notices: readonly NoticeLine[];
	onWithdraw: (notice: NoticeLine) => void;
}) => (
	<Table caption="Notices" heads={["Notice", "State", "From", "Until", ""]}>
		{props.notices.map((notice) => (
			<tr key={notice.id}>
				<th scope="row">
					{notice.title}
					<p class="message">{notice.message}</p>
				</th>
				<td>
					<Badge kind={KINDS[notice.state]}>{notice.state}</Badge>
				</td>
				<td>{timeText(notice.validFrom)}</td>
				<td>{timeText(notice.validTo)}</td>
				<td>
					{(notice.state === "shown" || notice.state === "planned") && (
						<button type="button" class="quiet" onClick={() => props.onWithdraw(notice)}>
							Withdraw
						</button>
					)}
				</td>
			</tr>
		))}
	</Table>
);
