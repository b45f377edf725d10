/** Where each opened page went on from; the last is the one that is shown, none is the first. */
export type PageMarks = readonly string[];

/** To the page before and the page after; `next` null: there is none. */
export function Pager(props: {
	marks: PageMarks;
	next: string | null;
	onMove: (marks: PageMarks) => void;
}) {
	const { marks, next, onMove } = props;
	return (
		<nav class="row" aria-label="Pages">
			<button
				type="button"
				class="quiet"
				disabled={marks.length === 0}
				onClick={() => onMove(marks.slice(0, -1))}
			>
				Newer
			</button>
			<span>Page {marks.length + 1}</span>
			<button
				type="button"
				class="quiet"
				disabled={next === null}
				onClick={() => next !== null && onMove([...marks, next])}
			>
				Older
			</button>
		</nav>
	);
}
