/** The columns of a session's row in the order in which its hashes go through them. */

/** What never changes after the start: where the session's chain begins. */
export const FIXED_COLUMNS = [
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
] as const;

/** Every column but the checksum. */
export const SESSION_COLUMNS = [
	...FIXED_COLUMNS,
	"result",
	"ended_at",
	"stale",
	"score",
	"seq",
	"last_play_ms",
	"state_hash",
	"head_hash",
] as const;
