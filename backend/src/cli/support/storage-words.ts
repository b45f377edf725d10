import type { LockState, ServerFacts } from "../../storage/doctor/storage-state.js";
import { nounText } from "./words.js";

/** Who has the database, in words. */
export function serverText({ held, owner, ownerAlive }: LockState): string {
	if (owner === null) return held ? "another process has the database" : "none";
	const { pid, what, address, startedAt } = owner;
	const who = `process ${pid} (${what}${address === undefined ? "" : ` at ${address}`})`;
	if (held) return `${who} since ${startedAt}${ownerAlive ? "" : "; this process cannot see it"}`;
	return `none; ${who} ended without saying so`;
}

/** Who uses a database that several servers share, as far as its server can tell. */
export const serversText = ({ connections, slots }: ServerFacts): string =>
	`${connections === 0 ? "none connected" : nounText(connections, "connection")}; ${nounText(slots ?? 0, "slot")} taken so far`;
