-- What operators did, with what was there before and after, and who is signed in to the console.

create table audit_log (
	-- Sorts by time.
	audit_id text primary key,
	at bigint not null,
	action text not null,
	-- The session or notice it was done to.
	subject text,
	-- The client's address.
	origin text not null,
	-- JSON, or null.
	state_before text,
	state_after text,
	-- The entry that undid this one: set once, with that entry.
	undone_by text
);

create index audit_log_by_subject on audit_log (subject, audit_id) where subject is not null;

create table operator_sign_ins (
	-- SHA-256 of the cookie's token: whoever reads the database cannot sign in with it.
	token_hash text primary key,
	created_at bigint not null,
	expires_at bigint not null
);

create index operator_sign_ins_by_end on operator_sign_ins (expires_at);
