-- Sessions that are taken away: old ones by retention, single ones by an operator. First a mark
-- hides the session and can be taken back; what is stored of it goes when the mark has stood for
-- its time, and one small row stays.

create table removed_sessions (
	session_key bigint primary key,
	session_id text not null,
	-- retention: it still counts. operator: it was taken out of the statistics with the mark.
	reason text not null check (reason in ('retention', 'operator')),
	removed_at bigint not null,
	-- What is stored of it goes after this moment.
	purge_at bigint not null
);

create index removed_sessions_by_end on removed_sessions (purge_at, session_key);

-- What stays of a session for ever: enough to count it, and to say of its replay that it is gone.
create table archived_sessions (
	session_key bigint primary key,
	reason text not null,
	result text,
	stale integer not null,
	score integer not null,
	seq integer not null,
	started_at bigint not null,
	ended_at bigint,
	-- The last thing that a player did.
	activity_at bigint not null,
	head_hash text not null
);

-- In the order in which they grow old.
create index sessions_by_end on sessions (ended_at, session_key) where result is not null;
