import type { RestoreChoices, RestoreDiff, Session } from "@savepoint/core";
import { useState } from "preact/hooks";
import { Dialog, Empty, Table, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";
import { countText, timeText } from "./words.js";

interface Restoring {
	readonly session: Session;
	readonly onYes: (from: string, seq: number) => void;
	readonly onClose: () => void;
}

/** A backup is chosen, what it would change is shown, and only then it is done. */
export function RestoreDialog({ session, onYes, onClose }: Restoring) {
	const { sessionId, startedAt } = session;
	const { value, refusal } = useLoaded<RestoreChoices>(`/sessions/${sessionId}/backups`);
	const [chosen, setChosen] = useState<string | null>(null);
	// A backup from before its start cannot hold it.
	const choices = value?.backups.filter(({ createdAt }) => createdAt >= startedAt) ?? [];
	const from = chosen ?? choices[0]?.name ?? null;
	return (
		<Dialog title="Restore this session?" onClose={onClose}>
			<Trouble refusal={refusal} />
			{value === null ? (
				refusal === null && <Waiting />
			) : from === null ? (
				<>
					<Empty>There is no backup that was made since this session began.</Empty>
					<form method="dialog" class="row">
						<button type="submit" class="quiet">
							Close
						</button>
					</form>
				</>
			) : (
				<>
					<label>
						From the backup of
						<select value={from} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
							{choices.map(({ name, createdAt, proven }) => (
								<option key={name} value={name}>
									{timeText(createdAt)}
									{proven ? "" : " (not proven)"}
								</option>
							))}
						</select>
					</label>
					<Difference
						key={from}
						path={`/sessions/${sessionId}/restore?from=${from}`}
						onYes={onYes}
					/>
				</>
			)}
		</Dialog>
	);
}

function Difference({ path, onYes }: { path: string; onYes: Restoring["onYes"] }) {
	const { value, refusal } = useLoaded<RestoreDiff>(path);
	const isSame = value !== null && value.here.stateHash === value.there.stateHash;
	return (
		<>
			<Trouble refusal={refusal} />
			{value === null ? refusal === null && <Waiting /> : <Changes diff={value} />}
			{isSame && <p>It is the same here and there; there is nothing to restore.</p>}
			<form method="dialog" class="row">
				<button type="submit" class="quiet">
					No
				</button>
				<button
					type="submit"
					class="deed"
					disabled={value === null || isSame}
					onClick={() => value !== null && onYes(value.from, value.here.seq)}
				>
					Restore it
				</button>
			</form>
		</>
	);
}

const ROWS = [
	["Moves", "seq"],
	["Artifacts", "artifacts"],
	["Lying about", "score"],
	["Remaining", "remainingArtifacts"],
] as const;

function Changes({ diff }: { diff: RestoreDiff }) {
	const { here, there, movesAfter, artifacts } = diff;
	return (
		<>
			<Table caption="What a restore would change" heads={["", "Now", "Then"]}>
				<tr>
					<th scope="row">State</th>
					<td>{here.result ?? "active"}</td>
					<td>{there.result ?? "active"}</td>
				</tr>
				{ROWS.map(([words, field]) => (
					<tr key={field}>
						<th scope="row">{words}</th>
						<td class="number">{countText(here[field])}</td>
						<td class="number">{countText(there[field])}</td>
					</tr>
				))}
			</Table>
			<p>
				{countText(movesAfter)} moves would no longer hold; they stay in the log. Artifacts:{" "}
				{artifacts.added} come back, {artifacts.removed} go, {artifacts.changed} change.
			</p>
		</>
	);
}
