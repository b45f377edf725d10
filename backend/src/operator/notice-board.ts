import {
	type AuditLine,
	MISLEADING_CHARACTER,
	type Notice,
	type NoticeBody,
	type NoticeLine,
	VISIBLE_CHARACTER,
} from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { NOTICES_LISTED_MAX } from "../limits.js";
import type { StoredNotice } from "../storage/notices/ports.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { NoticeStore } from "./ports.js";

export interface NoticeBoardDeps {
	readonly store: NoticeStore;
	readonly audit: AuditBook;
	readonly now: () => number;
	readonly newId: (nowMs: number) => string;
}

/**
 * Notices to players. What is shown now is kept in memory, because every game asks for it at its
 * start; it is read anew when an operator changed something here, and now and then, as another
 * server may have.
 */
export class NoticeBoard {
	readonly #deps: NoticeBoardDeps;
	#current: { readonly readAtMs: number; readonly notices: StoredNotice[] } | null = null;

	constructor(deps: NoticeBoardDeps) {
		this.#deps = deps;
	}

	async active(): Promise<Notice[]> {
		const nowMs = this.#deps.now();
		if (this.#current === null || Math.abs(nowMs - this.#current.readAtMs) > REREAD_MS)
			this.#current = {
				readAtMs: nowMs,
				notices: await this.#deps.store.current(nowMs, NOTICES_LISTED_MAX),
			};
		return this.#current.notices
			.filter(({ validFromMs, validToMs }) => validFromMs <= nowMs && nowMs < validToMs)
			.map(noticeView);
	}

	/** All that there ever were, newest first. */
	async all(): Promise<NoticeLine[]> {
		const nowMs = this.#deps.now();
		const notices = await this.#deps.store.newest(NOTICES_LISTED_MAX);
		return notices.map((notice) => noticeLine(notice, nowMs));
	}

	/** Rejects with BAD_REQUEST when the notice cannot be shown as it is. */
	async send(body: NoticeBody, origin: Origin): Promise<AuditLine> {
		const { store, audit, now, newId } = this.#deps;
		const nowMs = now();
		const validFromMs = body.validFrom == null ? nowMs : Date.parse(body.validFrom);
		const validToMs = Date.parse(body.validTo);
		const title = readableLine(body.title, "title");
		const message = readableText(body.message, "message");
		if (!(validFromMs < validToMs && validToMs > nowMs))
			throw new SavepointError("BAD_REQUEST", "`validTo` takes a time after `validFrom` and now.");
		const notice: StoredNotice = {
			id: newId(nowMs),
			createdAtMs: nowMs,
			title,
			message,
			validFromMs,
			validToMs,
			withdrawnAtMs: null,
		};
		const deed = {
			action: "send-notice",
			subject: notice.id,
			before: null,
			after: noticeView(notice),
		} as const;
		return this.#changed(audit.record(deed, origin, [store.insertion(notice)]));
	}

	/** Rejects with NOTICE_NOT_FOUND, or NOTHING_TO_UNDO when it is withdrawn already. */
	async withdraw(id: string, origin: Origin, undone: string | null = null): Promise<AuditLine> {
		const { store, audit, now } = this.#deps;
		const notice = await this.#find(id);
		if (notice.withdrawnAtMs !== null) throw new SavepointError("NOTHING_TO_UNDO");
		const deed = {
			action: "withdraw-notice",
			subject: id,
			before: noticeView(notice),
			after: null,
		} as const;
		return this.#changed(audit.record(deed, origin, [store.withdrawal(id, now())], undone));
	}

	/** Takes a withdrawal back. */
	async show(id: string, origin: Origin, undone: string | null = null): Promise<AuditLine> {
		const { store, audit } = this.#deps;
		const notice = await this.#find(id);
		if (notice.withdrawnAtMs === null) throw new SavepointError("NOTHING_TO_UNDO");
		const deed = {
			action: "show-notice",
			subject: id,
			before: null,
			after: noticeView(notice),
		} as const;
		return this.#changed(audit.record(deed, origin, [store.withdrawal(id, null)], undone));
	}

	async #find(id: string): Promise<StoredNotice> {
		const notice = await this.#deps.store.find(id);
		if (notice === null) throw new SavepointError("NOTICE_NOT_FOUND");
		return notice;
	}

	async #changed(recording: Promise<AuditLine>): Promise<AuditLine> {
		try {
			return await recording;
		} finally {
			this.#current = null;
		}
	}
}

const REREAD_MS = 10_000;

const noticeView = ({ id, title, message, validFromMs, validToMs }: StoredNotice): Notice => ({
	id,
	title,
	message,
	validFrom: new Date(validFromMs).toISOString(),
	validTo: new Date(validToMs).toISOString(),
});

const noticeLine = (notice: StoredNotice, nowMs: number): NoticeLine => ({
	...noticeView(notice),
	withdrawnAt: notice.withdrawnAtMs === null ? null : new Date(notice.withdrawnAtMs).toISOString(),
	state:
		notice.withdrawnAtMs !== null
			? "withdrawn"
			: nowMs >= notice.validToMs
				? "over"
				: nowMs < notice.validFromMs
					? "planned"
					: "shown",
});

/** Several lines, each trimmed, of which something can be seen and nothing misleads. */
function readableText(text: string, field: string): string {
	const lines = text.normalize("NFC").trim().split(/\r?\n/);
	if (lines.some((line) => MISLEADING_CHARACTER.test(line)))
		throw wrong(field, "text without control characters.");
	const whole = lines.map((line) => line.trim()).join("\n");
	if (!VISIBLE_CHARACTER.test(whole)) throw wrong(field, "at least one character that shows.");
	return whole;
}

function readableLine(text: string, field: string): string {
	const line = readableText(text, field);
	if (line.includes("\n")) throw wrong(field, "one line.");
	return line;
}

const wrong = (field: string, takes: string): SavepointError =>
	new SavepointError("BAD_REQUEST", `\`${field}\` takes ${takes}`);
