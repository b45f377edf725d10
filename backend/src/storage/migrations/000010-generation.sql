-- How often this storage was restored whole. A client that has seen another generation knows that
-- the server may have gone back in time, and compares.
alter table service add column generation integer not null default 1;
