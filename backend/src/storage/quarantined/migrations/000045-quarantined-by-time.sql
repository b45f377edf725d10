-- For the console's list, last noticed first, and for the count by standing: both walk this index
-- and never read a row's evidence.
create index quarantined_sessions_by_time
	on quarantined_sessions (noticed_at, session_key, standing);
