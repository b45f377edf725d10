import {
	asShared,
	type CommitOutcome,
	type DriverGauges,
	type ServerSlot,
	type SharedDriver,
	type SqlDriver,
	type SqlRow,
	type SqlValue,
	type WriteBatch,
} from "#src/storage/driver.js";

export const COMMITTED: CommitOutcome = { kind: "committed", commitMs: 1 };
export const FULL: CommitOutcome = { kind: "unavailable", code: "STORAGE_FULL", reason: "full" };
export const LOST: CommitOutcome = { kind: "lost", code: "STORAGE_IO", reason: "no sync" };
export const rejected = (group: number): CommitOutcome => ({
	kind: "rejected",
	groups: [group],
	code: "STORAGE_CONFLICT",
	reason: "changed by somebody else",
});

/** A driver that stores nothing: the test sees each batch and says what became of it. */
export class ScriptedDriver implements SqlDriver {
	readonly engine = "none";
	readonly isShared = false;
	readonly batches: WriteBatch[] = [];
	#answer: ((outcome: CommitOutcome) => void) | null = null;
	#arrived: (() => void) | null = null;

	async query(): Promise<SqlRow[]> {
		return [];
	}

	commit(batch: WriteBatch): Promise<CommitOutcome> {
		if (this.#answer !== null) throw new Error("a second commit while one is under way");
		this.batches.push(batch);
		this.#arrived?.();
		this.#arrived = null;
		return new Promise((resolve) => {
			this.#answer = resolve;
		});
	}

	get isCommitting(): boolean {
		return this.#answer !== null;
	}

	/** Resolves when a commit is under way. */
	async committing(): Promise<WriteBatch> {
		if (this.#answer === null)
			await new Promise<void>((resolve) => {
				this.#arrived = resolve;
			});
		return this.batches.at(-1) as WriteBatch;
	}

	/** Ends the commit that is under way; resolves when the queue has dealt with it. */
	async answer(outcome: CommitOutcome): Promise<void> {
		const answer = this.#answer;
		if (answer === null) throw new Error("no commit is under way");
		this.#answer = null;
		answer(outcome);
		await new Promise((resolve) => setImmediate(resolve));
	}

	gauges(): DriverGauges {
		return { walBytes: 0, tailRows: 0 };
	}

	async close(): Promise<void> {}
}

/** How a commit ends instead, or what makes one of its batch; null: it is not touched. */
export type Fault = CommitOutcome | ((batch: WriteBatch) => CommitOutcome | null);

/** A real driver whose next commits can be held back, or failed without reaching it. */
export class FaultyDriver implements SharedDriver {
	readonly engine: SqlDriver["engine"];
	/** As the driver within; what only shared drivers have is not asked of others. */
	readonly isShared: true;
	readonly #inner: SqlDriver;
	readonly #faults: Fault[] = [];
	#gate: Promise<void> | null = null;
	#open: () => void = () => undefined;
	#gatesOutcomes = false;
	#arrive: () => void = () => undefined;
	#arrived: Promise<void> = Promise.resolve();

	constructor(inner: SqlDriver) {
		this.engine = inner.engine;
		this.isShared = inner.isShared as true;
		this.#inner = inner;
	}

	now(): number {
		return asShared(this.#inner)?.now() ?? Date.now();
	}

	takeSlot(): Promise<ServerSlot> {
		const shared = asShared(this.#inner);
		if (shared === null) throw new Error("the driver within has no slots");
		return shared.takeSlot();
	}

	/** The next commit ends so, and nothing of it is stored. */
	failNext(fault: Fault): void {
		this.#faults.push(fault);
	}

	/** Faults that no commit has met yet are forgotten. */
	stopFailing(): void {
		this.#faults.length = 0;
	}

	/** Commits wait until the returned function is called. */
	hold(): () => void {
		this.#gatesOutcomes = false;
		return this.#close();
	}

	/** Commits are stored, but nobody hears of it until the returned function is called. */
	holdOutcomes(): () => void {
		this.#gatesOutcomes = true;
		return this.#close();
	}

	/** Resolves when a commit has come to where it is held. */
	arrived(): Promise<void> {
		return this.#arrived;
	}

	#close(): () => void {
		this.#gate = new Promise((resolve) => {
			this.#open = resolve;
		});
		this.#arrived = new Promise((resolve) => {
			this.#arrive = resolve;
		});
		return () => {
			this.#gate = null;
			this.#open();
		};
	}

	query(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]> {
		return this.#inner.query(sql, params);
	}

	async commit(batch: WriteBatch): Promise<CommitOutcome> {
		if (!this.#gatesOutcomes) await this.#passGate();
		const fault = this.#faults.shift() ?? null;
		const failed = typeof fault === "function" ? fault(batch) : fault;
		const outcome = failed ?? (await this.#inner.commit(batch));
		if (this.#gatesOutcomes) await this.#passGate();
		return outcome;
	}

	async #passGate(): Promise<void> {
		if (this.#gate === null) return;
		this.#arrive();
		await this.#gate;
	}

	gauges(): DriverGauges {
		return this.#inner.gauges();
	}

	close(): Promise<void> {
		return this.#inner.close();
	}
}
