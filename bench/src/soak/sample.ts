/** What is seen of the server at one moment; null where it does not tell. */
export interface Sample {
	readonly atSeconds: number;
	readonly residentBytes: number;
	readonly walBytes: number;
	readonly loopDelayP99Ms: number | null;
	readonly syncP99Ms: number | null;
	/** Since the sample before. */
	readonly movesPerSecond: number;
	readonly batchP99Ms: number;
}
