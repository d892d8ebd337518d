-- Events lie in segment files beside the database (segments/). A change's event comes here first, in the change's own
-- transaction, and goes on to a segment soon after. What the tables of step 1 hold is moved at the next start; nothing
-- is put in them any more.
CREATE TABLE trail_pending(
  id INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  at BIGINT NOT NULL,
  event_name TEXT NOT NULL,
  event_source TEXT NOT NULL,
  user_name TEXT NOT NULL,
  access_key_id TEXT NOT NULL,
  read_only INTEGER NOT NULL,
  resources TEXT NOT NULL,
  record TEXT NOT NULL
);

-- Up to where the segments count: the last one and how many bytes of it. What lies beyond was never committed.
-- `next_id` is above the ids of all events in them.
CREATE TABLE trail_position(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  segment BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  next_id BIGINT NOT NULL
);
INSERT INTO trail_position(one, segment, bytes, next_id) VALUES (1, 0, 0, 1);
