import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Refusal } from "./call.js";

/** What every page is put together from. */

export function Card(props: { title: string; children: ComponentChildren; wide?: boolean }) {
	return (
		<section class={props.wide ? "card wide" : "card"}>
			<h2>{props.title}</h2>
			{props.children}
		</section>
	);
}

export function Figure(props: { label: string; value: string; note?: string }) {
	return (
		<div class="figure">
			<dt>{props.label}</dt>
			<dd>
				{props.value}
				{props.note === undefined ? null : <small>{props.note}</small>}
			</dd>
		</div>
	);
}

export const Figures = (props: { children: ComponentChildren }) => (
	<dl class="figures">{props.children}</dl>
);

/** One of a few spans of time, as buttons of which one is pressed. */
export function SpanChoice<T extends string>(props: {
	readonly spans: readonly T[];
	readonly chosen: T;
	readonly onChoose: (span: T) => void;
	readonly nameOf?: (span: T) => string;
}) {
	return (
		<fieldset class="row">
			<legend class="unseen">Span</legend>
			{props.spans.map((span) => (
				<button
					key={span}
					type="button"
					class="quiet"
					aria-pressed={span === props.chosen}
					onClick={() => props.onChoose(span)}
				>
					{props.nameOf?.(span) ?? span}
				</button>
			))}
		</fieldset>
	);
}

export function Trouble({ refusal }: { refusal: Refusal | null }) {
	if (refusal === null) return null;
	return (
		<p class="trouble" role="alert">
			{refusal.message}
		</p>
	);
}

export const Empty = (props: { children: ComponentChildren }) => (
	<p class="empty">{props.children}</p>
);

export const Waiting = () => (
	<p class="empty" aria-busy="true">
		Loading…
	</p>
);

export function Table(props: {
	caption: string;
	heads: readonly string[];
	children: ComponentChildren;
}): JSX.Element {
	return (
		<section class="scroll" aria-label={props.caption} ref={makeScrollable}>
			<table>
				<caption class="unseen">{props.caption}</caption>
				<thead>
					<tr>
						{props.heads.map((head) => (
							<th key={head} scope="col">
								{head}
							</th>
						))}
					</tr>
				</thead>
				<tbody>{props.children}</tbody>
			</table>
		</section>
	);
}

/** A keyboard must be able to scroll what is wider than the screen. */
function makeScrollable(section: HTMLElement | null): void {
	if (section !== null) section.tabIndex = 0;
}

export interface Question {
	readonly title: string;
	readonly text: string;
	readonly action: string;
	readonly onYes: () => void;
}

/**
 * A question over the page, of which nothing else can be reached until it is closed: by one of its
 * buttons, by Escape or by a click beside it.
 */
export function Dialog(props: {
	title: string;
	onClose: () => void;
	children: ComponentChildren;
}): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		dialog.current?.showModal();
		dialog.current?.addEventListener("click", closeBeside);
	}, []);
	return (
		<dialog ref={dialog} onClose={props.onClose} aria-labelledby="ask-title">
			<div class="ask">
				<h2 id="ask-title">{props.title}</h2>
				{props.children}
			</div>
		</dialog>
	);
}

/** What lies within covers the dialog itself, so only a click beside it meets the dialog. */
function closeBeside({ target, currentTarget }: Event): void {
	if (target === currentTarget && currentTarget instanceof HTMLDialogElement) currentTarget.close();
}

/** Asks before anything is changed. */
export function Ask({ question, onClose }: { question: Question | null; onClose: () => void }) {
	if (question === null) return null;
	return (
		<Dialog title={question.title} onClose={onClose}>
			<p>{question.text}</p>
			<form method="dialog" class="row">
				<button type="submit" class="quiet">
					No
				</button>
				<button type="submit" class="deed" onClick={question.onYes}>
					{question.action}
				</button>
			</form>
		</Dialog>
	);
}

export const STATES = { won: "good", lost: "plain", abandoned: "plain", active: "live" } as const;

export const Badge = (props: { kind: "good" | "plain" | "live" | "bad"; children: string }) => (
	<span class={`badge ${props.kind}`}>{props.children}</span>
);
