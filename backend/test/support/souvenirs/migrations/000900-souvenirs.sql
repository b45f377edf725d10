-- What a player took home from a session. The same text on every engine.
create table souvenirs (
	session_key bigint not null,
	place integer not null,
	note text not null,
	taken_at bigint not null,
	primary key (session_key, place)
);
