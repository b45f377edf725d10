-- Notices that an operator shows to players. Nothing is deleted: a withdrawn one says when.
create table notices (
	notice_id text primary key,
	created_at bigint not null,
	title text not null,
	message text not null,
	valid_from bigint not null,
	valid_to bigint not null,
	withdrawn_at bigint,
	check (valid_from < valid_to)
);

create index notices_by_end on notices (valid_to);
