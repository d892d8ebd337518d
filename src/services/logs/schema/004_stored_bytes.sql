-- What a group stores is kept beside its number, as its events come and go: a sum over all of them is nothing to ask for
-- at every description. An event counts the bytes of its message and 26.
ALTER TABLE log_groups ADD COLUMN stored_bytes BIGINT NOT NULL DEFAULT 0;
UPDATE log_groups SET stored_bytes =
  (SELECT COALESCE(SUM(LENGTH(CAST(message AS BLOB)) + 26), 0) FROM log_events WHERE group_id = log_groups.id);

-- Streams in order of their last event; one without stands where it was made.
CREATE INDEX log_streams_time ON log_streams(group_id, (COALESCE(last_event, created)), name);
