-- Sessions that did not verify, by name, and what is lost of them. A row stays after the session
-- was rebuilt: it says what was lost.
create table quarantined_sessions (
	session_key bigint primary key,
	noticed_at bigint not null,
	-- harmed: set aside as it is. cut: rebuilt up to its last move that verifies, and plays on.
	-- kept: it had ended; its result stands, its log cannot be shown.
	standing text not null check (standing in ('harmed', 'cut', 'kept', 'whole')),
	reason text not null,
	kept_moves bigint,
	-- Both null: no move is known to be lost.
	lost_from_seq bigint,
	lost_to_seq bigint,
	rebuilt_at bigint,
	-- The rows as they were found, as JSON.
	evidence text not null,
	-- Over every other column of the row.
	checksum text not null,
	check ((lost_from_seq is null) = (lost_to_seq is null))
);
