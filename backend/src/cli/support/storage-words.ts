import type { LockState } from "../../storage/doctor/storage-state.js";

/** Who has the database, in words. */
export function serverText({ held, owner, ownerAlive }: LockState): string {
	if (owner === null) return held ? "another process has the database" : "none";
	const { pid, what, address, startedAt } = owner;
	const who = `process ${pid} (${what}${address === undefined ? "" : ` at ${address}`})`;
	if (held) return `${who} since ${startedAt}${ownerAlive ? "" : "; this process cannot see it"}`;
	return `none; ${who} ended without saying so`;
}
