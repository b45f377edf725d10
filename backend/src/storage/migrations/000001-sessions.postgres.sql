-- Sessions, their logs and the counters: the PostgreSQL twin of the SQLite file of this number.
-- The same columns, so that one SQL text serves both; what differs says why.

-- One row: who this database is, and the clock that stands still while no server is alive.
create table service (
	id integer primary key check (id = 1),
	instance_id text not null,
	created_at bigint not null,
	heartbeat_at bigint not null,
	downtime_ms bigint not null,
	-- The next slot for a serving process: its row in session_stats and its range of session keys.
	next_slot bigint not null default 1
);

-- One row a serving process ("slot"), so that no server waits for another's counters.
create table session_stats (
	slot text primary key,
	started bigint not null,
	stale_ended bigint not null,
	won bigint not null,
	lost bigint not null,
	abandoned bigint not null,
	latest_completed_at bigint,
	latest_activity_at bigint,
	today bigint not null,
	started_today bigint not null
);

create table sessions (
	session_key bigint primary key,
	-- "C": ids are compared byte by byte, as the other engine does.
	session_id text collate "C" not null unique,
	create_key text collate "C",
	format integer not null,
	seed bigint not null,
	duration_ms bigint not null,
	terrain text not null,
	started_at bigint not null,
	downtime_base_ms bigint not null,
	due_at bigint not null,
	result text check (result in ('won', 'lost', 'abandoned')),
	ended_at bigint,
	stale integer not null,
	score bigint not null,
	seq bigint not null,
	last_play_ms bigint not null,
	state_hash text not null,
	head_hash text not null,
	checksum text not null,
	check ((result is null) = (ended_at is null))
);

create unique index sessions_by_create_key on sessions (create_key) where create_key is not null;
create index sessions_by_due on sessions (due_at, session_key) where result is null;

create table artifacts (
	session_key bigint not null,
	artifact_index integer not null,
	artifact_id text not null,
	x bigint not null,
	y bigint not null,
	status text not null,
	primary key (session_key, artifact_index)
);

-- The log. Its primary key is what keeps several servers from overwriting each other (P4): a move
-- is decided on a session of `seq - 1` entries, and only one server can append entry `seq`.
create table moves (
	session_key bigint not null,
	seq bigint not null,
	move_id text,
	move_type integer not null,
	play_ms bigint,
	recorded_at bigint not null,
	refusal text,
	payload text not null,
	hash text not null,
	primary key (session_key, seq)
);

-- There is no tail to fold here: what is appended to it goes to the log at once.
create view move_tail as
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash
	from moves;

create view session_log as
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash
	from moves;
