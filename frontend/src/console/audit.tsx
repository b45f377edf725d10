import type { AuditLines as Page } from "@savepoint/core";
import { useState } from "preact/hooks";
import { AuditLines } from "./audit-lines.js";
import { type PageMarks, Pager } from "./pager.js";
import { Empty, Trouble, Waiting } from "./parts.js";
import { useLoaded } from "./use-loaded.js";

const PAGE_LINES = 50;

/** What operators did, with what was there before and after, and the way back. */
export function AuditPage() {
	const [pages, setPages] = useState<PageMarks>([]);
	const after = pages.at(-1);
	const query = after === undefined ? "" : `&after=${after}`;
	const { value, refusal, reload } = useLoaded<Page>(`/audit?limit=${PAGE_LINES}${query}`);
	return (
		<>
			<h1>Audit log</h1>
			<Trouble refusal={refusal} />
			{value === null ? (
				<Waiting />
			) : value.entries.length === 0 ? (
				<Empty>Nobody has done anything yet.</Empty>
			) : (
				<AuditLines entries={value.entries} onUndone={reload} />
			)}
			<Pager marks={pages} next={value?.next ?? null} onMove={setPages} />
		</>
	);
}
