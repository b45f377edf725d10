/** Notices to players, as they are kept. Types only; `notice-repo.ts` implements them. */

export interface StoredNotice {
	readonly id: string;
	readonly createdAtMs: number;
	readonly title: string;
	readonly message: string;
	readonly validFromMs: number;
	readonly validToMs: number;
	readonly withdrawnAtMs: number | null;
}
