import Database from "better-sqlite3";
import type { SqlRow, SqlValue } from "#src/storage/driver.js";
import { chainHash, genesisHash, rowChecksum } from "#src/storage/serializers.js";

const FIXED = [
	"session_key",
	"session_id",
	"create_key",
	"format",
	"seed",
	"duration_ms",
	"terrain",
	"started_at",
	"downtime_base_ms",
	"due_at",
];
const SNAPSHOT = [
	"result",
	"ended_at",
	"stale",
	"score",
	"seq",
	"last_play_ms",
	"state_hash",
	"head_hash",
];

/** Makes a session as a release would have whose generator draws another terrain for its seed. */
export function rewriteTerrain(database: string, sessionKey: number): void {
	const connection = new Database(database);
	const row = {
		...(connection
			.prepare("select * from sessions where session_key = ?")
			.get(sessionKey) as SqlRow),
	};
	const terrain = JSON.parse(String(row["terrain"]));
	terrain[2] = terrain[2].slice(0, 1);
	row["terrain"] = JSON.stringify(terrain);
	const values = (names: readonly string[]): SqlValue[] => names.map((name) => row[name] ?? null);

	// The chain begins with the terrain, so every link is forged anew.
	let hash = genesisHash(values(FIXED));
	const moves = connection
		.prepare("select * from moves where session_key = ? order by seq")
		.all(sessionKey) as SqlRow[];
	for (const move of moves) {
		hash = chainHash(hash, {
			seq: Number(move["seq"]),
			moveId: move["move_id"] as string | null,
			moveType: Number(move["move_type"]),
			playMs: move["play_ms"] as number | null,
			recordedAtMs: Number(move["recorded_at"]),
			refusal: move["refusal"] as string | null,
			payload: String(move["payload"]),
		});
		connection
			.prepare("update moves set hash = ? where session_key = ? and seq = ?")
			.run(hash, sessionKey, move["seq"]);
	}
	row["head_hash"] = hash;
	connection
		.prepare("update sessions set terrain = ?, head_hash = ?, checksum = ? where session_key = ?")
		.run(row["terrain"], hash, rowChecksum([...values(FIXED), ...values(SNAPSHOT)]), sessionKey);
	connection.close();
}
