-- High scores: what is listed, each row on its own. No foreign key: a score stands for itself, also
-- when its session can no longer be read.
create table high_scores (
	score_id text primary key,
	created_at bigint not null,
	-- The Idempotency-Key of the call that made it.
	create_key text,
	player_tag text not null,
	result text not null check (result in ('won', 'lost')),
	-- Artifacts that were not deposited.
	remaining bigint not null,
	-- What a stored session vouches for; null where there is only the player's word.
	session_key bigint,
	replay_id text,
	duration_ms bigint,
	average_wait_ms bigint,
	-- The first column of the order: 0 won, 1 lost, 2 and 3 the same without a session.
	standing integer not null check (standing between 0 and 3),
	-- Over every other column of the row.
	checksum text not null,
	check ((session_key is null) = (replay_id is null)),
	check ((session_key is null) = (duration_ms is null)),
	check ((session_key is null) = (average_wait_ms is null)),
	check ((session_key is null) = (standing >= 2))
);

-- Once a session, and once a key.
create unique index high_scores_by_session on high_scores (session_key)
	where session_key is not null;
create unique index high_scores_by_create_key on high_scores (create_key)
	where create_key is not null;
create index high_scores_by_order
	on high_scores (standing, remaining, average_wait_ms, created_at, score_id);
