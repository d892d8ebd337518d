-- Buses beside `default`, which every account and region has without a row.
CREATE TABLE events_buses (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,  -- {"description","created","modified"}
  PRIMARY KEY (account, region, name)
);

CREATE TABLE events_rules (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  bus TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  body TEXT NOT NULL,  -- Rule without its key
  PRIMARY KEY (account, region, bus, name)
);

CREATE TABLE events_targets (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  bus TEXT NOT NULL,
  rule TEXT NOT NULL,
  id TEXT NOT NULL,
  arn TEXT NOT NULL,
  body TEXT NOT NULL,  -- the model's Target
  PRIMARY KEY (account, region, bus, rule, id)
);
CREATE INDEX events_targets_by_arn ON events_targets (account, region, bus, arn);

CREATE TABLE events_tags (
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, name)
);
