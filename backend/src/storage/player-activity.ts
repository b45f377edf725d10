import { OPERATOR_TYPES } from "@savepoint/core";
import type { SqlRow } from "./driver.js";
import { encodeMoveType, encodePayload } from "./serializers.js";

const END_CODE = encodeMoveType("end");
const OPERATOR_CODES: readonly unknown[] = OPERATOR_TYPES.map(encodeMoveType);
const END = { type: "end", claim: null } as const;
const ENDS_BY_OTHERS: readonly unknown[] = [
	encodePayload({ ...END, stale: true }),
	encodePayload({ ...END, stale: false, operator: true }),
];

/**
 * Whether an entry of a log is what a player did. The sweep's end and what an operator did are in
 * the log, too, and are no activity.
 */
export const isByPlayer = (entry: SqlRow): boolean =>
	entry["move_type"] === END_CODE
		? !ENDS_BY_OTHERS.includes(entry["payload"])
		: !OPERATOR_CODES.includes(entry["move_type"]);
