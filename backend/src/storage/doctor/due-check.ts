import { SWEEP_INTERVAL_MS } from "../../limits.js";
import { Downtime } from "../downtime.js";
import { hasRemovals } from "./counters-check.js";
import type { Examination } from "./examination.js";
import { isPageDamage } from "./unreadable.js";

/** What an operator deleted is not ended by the sweep, as it may come back. */
const IS_THERE =
	"and not exists (select 1 from removed_sessions r where r.session_key = s.session_key)";
/** A sweep that is under way is not late. */
const SLACK_MS = 10 * SWEEP_INTERVAL_MS;

/**
 * Sessions whose time is long over and which nobody has ended: the sweep of the next start will.
 */
export async function checkDue({ reads, findings, nowMs }: Examination): Promise<void> {
	try {
		const [[service] = []] = await reads.atOneMoment([
			"select heartbeat_at, downtime_ms from service where id = 1",
		]);
		if (service === undefined) {
			findings.addDamage("The row that tells the service's clock is missing.");
			return;
		}
		const clock = new Downtime({
			heartbeatAtMs: Number(service["heartbeat_at"]),
			downtimeMs: Number(service["downtime_ms"]),
		});
		const uptimeMs = nowMs - clock.totalMsAt(nowMs) - SLACK_MS;
		const isThere = (await hasRemovals(reads)) ? IS_THERE : "";
		const [[due] = []] = await reads.atOneMoment([
			`select count(*) as count from sessions s where result is null and due_at <= $1
			${isThere}`,
			[uptimeMs],
		]);
		const count = Number(due?.["count"] ?? 0);
		if (count > 0)
			findings.addNote(
				`${count} ${count === 1 ? "session is" : "sessions are"} due and not ended; a running server ends them, unless they are harmed.`,
			);
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(`The sessions that are due cannot be read: ${error.message}.`);
	}
}
