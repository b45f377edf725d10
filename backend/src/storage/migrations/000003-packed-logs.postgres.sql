-- Logs of finished sessions in one row each. Nothing packs them here: they come with sessions that
-- were moved from the other engine, and go back as they came.

create table packed_logs (
	session_key bigint primary key,
	seq bigint not null,
	log bytea not null
);

create table logs_to_pack (
	session_key bigint primary key
);

drop view session_log;
create view session_log as
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash,
		null::bytea as packed
	from moves
	union all
	select session_key, seq, null, null, null, null, null, null, null, log as packed
	from packed_logs;
