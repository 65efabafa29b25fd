-- The audit by what an actor showed (a login, `key robot`, GATEHOUSE_API_KEY, the name of a job) and by the address a request came from.
-- Both stand in `origin`, the very bytes that were hashed; a column for each would be a second copy, to be erased as well, and would have
-- the table written anew. So they are indexes of expressions, in the keyset order of a search, as those of targets and actors are.
--
-- What they cost, measured on 500,000 events: 4.7 µs an event and index to build, so some five minutes for both in a table of thirty
-- million, while events can be read and none written (migrations run in a transaction, which CREATE INDEX CONCURRENTLY cannot);
-- 110 bytes an event and index, 3.3 GB each in such a table; and 10 µs for each event written, where writing it took 30 to 60 before:
-- nothing beside a request, and no address for what jobs and commands write (they have none).
create index audit_event_principal on gatehouse.audit_event (lower(left(origin ->> 'principal', 255)) collate "C", at, event_id)
  where origin ->> 'principal' is not null;
create index audit_event_ip on gatehouse.audit_event (lower(left(origin ->> 'ip', 64)) collate "C", at, event_id)
  where origin ->> 'ip' is not null;
-- None of which fields changed (`changes.path` in a filter): a GIN over the paths costs each write more than both of these together,
-- and knows no order, so that who changed a common field would be found by sorting all who ever did. A search without it goes through the
-- events from the newest on, 150,000 a second: at once for what is common, and for what is rare within the target, actor, address or
-- time that the filter names besides. The time that a reading question may take bounds the rest.
