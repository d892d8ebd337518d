-- One row per recorded call. `record` is CloudTrail's own JSON, as LookupEvents answers it; the columns are what it looks
-- up. `at` is when the call ended. `user_name` and `access_key_id` are '' where there is none.
CREATE TABLE trail_events(
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
  record TEXT NOT NULL
);
-- Every lookup goes from the newest back. This one index holds all columns that it asks, so that it reads the records of
-- its answer only, and a call costs few pages to record.
CREATE INDEX trail_events_lookup ON trail_events(account, region, at, id, event_name, event_source, user_name,
  access_key_id, read_only, event_id);
CREATE INDEX trail_events_at ON trail_events(at);

-- The resources that a call was about.
CREATE TABLE trail_resources(
  event BIGINT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY(event, type, name)
);
CREATE INDEX trail_resources_name ON trail_resources(name, event);
