-- Sessions, their logs and the counters.
--
-- Times are milliseconds since 1970 in UTC, positions thousandths of a pixel. The SQLite twin of
-- this file uses STRICT and WITHOUT ROWID; another engine gets a file of its own under the same
-- number.

-- One row: who this database is, and the clock that stands still while no server is alive.
create table service (
	id integer primary key check (id = 1),
	instance_id text not null,
	created_at integer not null,
	-- The last moment at which a server is known to have been able to store something.
	heartbeat_at integer not null,
	-- Sum of all gaps between heartbeats that were too long to be play time.
	downtime_ms integer not null
) strict;

-- One row a serving process ("slot"); the sums over all slots are the statistics.
create table session_stats (
	slot text primary key,
	started integer not null,
	stale_ended integer not null,
	won integer not null,
	lost integer not null,
	abandoned integer not null,
	latest_completed_at integer,
	latest_activity_at integer,
	-- The local day (20261122) that started_today counts.
	today integer not null,
	started_today integer not null
) strict, without rowid;

-- The snapshot of a session as of its log entry `seq`. Active sessions may be behind their log.
create table sessions (
	session_key integer primary key,
	session_id text not null unique,
	create_key text,
	format integer not null,
	seed integer not null,
	duration_ms integer not null,
	terrain text not null,
	started_at integer not null,
	downtime_base_ms integer not null,
	-- On the clock without downtime: when a session that nobody ended counts as stale.
	due_at integer not null,
	-- null while the session is active.
	result text check (result in ('won', 'lost', 'abandoned')),
	ended_at integer,
	-- 1: ended by the sweep, not by a player.
	stale integer not null,
	score integer not null,
	seq integer not null,
	last_play_ms integer not null,
	state_hash text not null,
	head_hash text not null,
	-- Over every other column of the row; state_hash in turn covers the artifacts.
	checksum text not null,
	check ((result is null) = (ended_at is null))
) strict;

create unique index sessions_by_create_key on sessions (create_key) where create_key is not null;
create index sessions_by_due on sessions (due_at, session_key) where result is null;

-- The artifacts of the snapshot, in the order in which they were spawned.
create table artifacts (
	session_key integer not null,
	artifact_index integer not null,
	artifact_id text not null,
	x integer not null,
	y integer not null,
	status text not null,
	primary key (session_key, artifact_index)
) strict, without rowid;

-- The log, clustered by session: what it takes to rebuild a session from its level.
create table moves (
	session_key integer not null,
	seq integer not null,
	move_id text,
	move_type integer not null,
	play_ms integer,
	recorded_at integer not null,
	refusal text,
	payload text not null,
	hash text not null,
	primary key (session_key, seq)
) strict, without rowid;

-- The newest part of the log in the order in which it was acknowledged. Appending here touches one
-- page for dozens of moves; the writer folds it into `moves` in sorted order, some thousand at a
-- time.
create table move_tail (
	tail_id integer primary key,
	session_key integer not null,
	seq integer not null,
	move_id text,
	move_type integer not null,
	play_ms integer,
	recorded_at integer not null,
	refusal text,
	payload text not null,
	hash text not null
) strict;

-- What readers use: the whole log, wherever a move lies.
create view session_log as
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash
	from moves
	union all
	select session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash
	from move_tail;
