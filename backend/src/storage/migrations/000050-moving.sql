-- Where the data is, when a move has taken it somewhere else or is bringing it here. A server does
-- not open a storage that has one of the two.

-- Where to: from then on nothing is stored here any more.
alter table service add column moved_to text;
-- Where from: not all of it is here yet.
alter table service add column moving_from text;

-- How far an unfinished move has come, a row each kind of data; changes with the rows it counts.
create table move_progress (
	name text primary key,
	-- JSON of the last key that is here; null: none yet.
	last_key text,
	done integer not null
);
