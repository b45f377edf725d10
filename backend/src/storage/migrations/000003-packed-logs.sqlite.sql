-- The log of a finished session in one row, instead of a row a move and a row an artifact.

create table packed_logs (
	session_key integer primary key,
	-- The last entry; as every finished session's row, sessions.seq says the same.
	seq integer not null,
	-- See packed-log.ts. The chain's hashes are left out: sessions.head_hash verifies what is here.
	log blob not null
) strict;

-- Finished sessions whose log still lies in rows; the writer packs some of them at a time.
create table logs_to_pack (
	session_key integer primary key
) strict;

-- What readers use, as before: the whole log, wherever it lies. A packed log is one row, with the
-- number of its last entry; `logEntries` of packed-log.ts makes entries of it.
drop view session_log;
create view session_log as
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash,
		null as packed
	from moves
	union all
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash,
		null as packed
	from move_tail
	union all
	select session_key, seq, null, null, null, null, null, null, null, log as packed
	from packed_logs;
