-- body: {retention, tags, class}
CREATE TABLE log_groups(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  created BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX log_groups_name ON log_groups(account, region, name);

CREATE TABLE log_streams(
  id INTEGER PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES log_groups(id),
  name TEXT NOT NULL,
  created BIGINT NOT NULL,
  first_event BIGINT,
  last_event BIGINT,
  last_ingestion BIGINT
);
CREATE UNIQUE INDEX log_streams_name ON log_streams(group_id, name);

-- Events are read by stream, and over a whole group, in order of (timestamp, id).
CREATE TABLE log_events(
  id INTEGER PRIMARY KEY,
  group_id BIGINT NOT NULL,
  stream_id BIGINT NOT NULL REFERENCES log_streams(id),
  timestamp BIGINT NOT NULL,
  ingestion BIGINT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX log_events_stream ON log_events(stream_id, timestamp, id);
CREATE INDEX log_events_group ON log_events(group_id, timestamp, id);
