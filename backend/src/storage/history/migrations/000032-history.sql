-- The counters as they were, a row each minute in which they changed: what the console draws.
create table stats_history (
	at bigint primary key,
	started bigint not null,
	won bigint not null,
	lost bigint not null,
	abandoned bigint not null
);
