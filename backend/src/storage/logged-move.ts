import { artifactView, fromFixed, type LoggedMove } from "@savepoint/core";
import { artifactIdFor } from "../ids.js";
import type { SqlRow } from "./driver.js";
import type { LoggedBody } from "./ports.js";
import { decodeMoveType, decodePayload } from "./serializers.js";

/** A log row in the words of the contract. */
export function loggedMove(row: SqlRow, sessionId: string): LoggedMove {
	const type = decodeMoveType(row["move_type"]);
	const recordedAtMs = Number(row["recorded_at"]);
	const seq = Number(row["seq"]);
	const refusal = row["refusal"] as LoggedMove["code"] | null;
	return {
		seq,
		id: row["move_id"] as string | null,
		type,
		at: new Date(recordedAtMs).toISOString(),
		atMs: row["play_ms"] as number | null,
		applied: refusal === null,
		...(refusal === null || refusal === undefined ? {} : { code: refusal }),
		...bodyFields(decodePayload(type, String(row["payload"])), sessionId, seq, recordedAtMs),
	};
}

function bodyFields(
	body: LoggedBody,
	sessionId: string,
	seq: number,
	recordedAtMs: number,
): Partial<LoggedMove> {
	switch (body.type) {
		case "spawn":
			return {
				artifactId: body.artifactId ?? artifactIdFor(sessionId, seq, recordedAtMs),
				x: fromFixed(body.xFixed),
				y: fromFixed(body.yFixed),
			};
		case "artifact-status":
			return {
				artifactId: body.artifactId,
				status: body.status,
				...(body.position === null
					? {}
					: {
							position: {
								x: fromFixed(body.position.xFixed),
								y: fromFixed(body.position.yFixed),
							},
						}),
			};
		case "deposit":
			return { artifactId: body.artifactId };
		case "end":
			return { result: body.claim };
		case "restored":
		case "reopened":
			return {
				result: body.result,
				asOf: body.asOf,
				artifacts: body.artifacts.map(artifactView),
			};
	}
}
