create table probe (
	name text primary key,
	amount bigint,
	note text
);
