/** What the process of the test and the process of the players say to each other. */
export interface PlayerOrders {
	/** Of every server of the one database. */
	readonly urls: readonly string[];
	readonly ledgerPath: string;
	/** Sessions that are played at the same time. */
	readonly players: number;
	readonly seed: number;
}

export type ToPlayers =
	| { readonly type: "play"; readonly orders: PlayerOrders }
	/** The server listens again. It only shortens the players' waiting. */
	| { readonly type: "up" }
	/** Finish what is under way, then end. */
	| { readonly type: "stop" };

export type FromPlayers =
	/** Acknowledgements that are in the ledger, synced. */
	| { readonly type: "acknowledged"; readonly count: number }
	/** An answer that no kill explains, such as 500. */
	| { readonly type: "unexpected"; readonly sentence: string }
	| { readonly type: "stopped" };
