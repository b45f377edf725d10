import type { QuarantinedLine, QuarantineView } from "@savepoint/core";
import type { RecoveryReport } from "../storage/ports.js";
import type { QuarantineListing } from "../storage/quarantined/quarantine-directory.js";
import type { SetAsideDirectory } from "../storage/set-aside-files.js";
import type { QuarantineRows } from "./ports.js";

export interface QuarantineDeskDeps {
	readonly rows: Pick<QuarantineRows, "page">;
	/** What this start had to recover. */
	readonly recovery: () => RecoveryReport | null;
	/** Newest first, not more than a page can name. */
	readonly setAside: () => Promise<readonly SetAsideDirectory[]>;
}

/** What was set aside: sessions by name, and whole files. */
export class QuarantineDesk {
	readonly #deps: QuarantineDeskDeps;

	constructor(deps: QuarantineDeskDeps) {
		this.#deps = deps;
	}

	async view(after: string | null, limit: number): Promise<QuarantineView> {
		const { rows, recovery, setAside } = this.#deps;
		const [found, files] = await Promise.all([rows.page(after, limit + 1), setAside()]);
		const shown = found.slice(0, limit);
		const report = recovery();
		return {
			recovery: report && {
				at: report.at,
				reason: report.reason,
				outcome: report.outcome,
				tally: report.tally && { ...report.tally },
			},
			setAside: [...files],
			sessions: shown.map(quarantinedLine),
			next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null,
		};
	}
}

const quarantinedLine = (listing: QuarantineListing): QuarantinedLine => ({
	sessionKey: listing.sessionKey,
	sessionId: listing.sessionId,
	noticedAt: new Date(listing.noticedAtMs).toISOString(),
	standing: listing.standing,
	reason: listing.reason,
	keptMoves: listing.keptMoves,
	lost: listing.lost,
	rebuiltAt: listing.rebuiltAtMs === null ? null : new Date(listing.rebuiltAtMs).toISOString(),
});
