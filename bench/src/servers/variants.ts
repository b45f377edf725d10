/** The servers that are held against each other, each the same program on another storage. */
export const VARIANTS = ["durable", "keeps-nothing", "commit-per-request"] as const;
export type Variant = (typeof VARIANTS)[number];

export const isVariant = (text: string): text is Variant =>
	(VARIANTS as readonly string[]).includes(text);

/** What a server says of itself at the end of its run. */
export interface ServerReport {
	readonly loopDelayP99Ms: number;
	readonly writesPerBatch: number;
	readonly commitMs: number;
}
