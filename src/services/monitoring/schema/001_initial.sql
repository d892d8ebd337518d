-- A metric is what has a namespace, a name and dimensions: [["InstanceId","i-1"],…] in order of their names.
CREATE TABLE monitoring_metrics(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  dimensions TEXT NOT NULL,
  last_put BIGINT NOT NULL -- ms; told again after five minutes
);
CREATE UNIQUE INDEX monitoring_metrics_key ON monitoring_metrics(account, region, namespace, name, dimensions);
CREATE INDEX monitoring_metrics_name ON monitoring_metrics(account, region, name, namespace, dimensions);

-- What was measured in `resolution` seconds (1, 60, 300 or 3600) from `at` (seconds) on, in one unit: metrics/summary.h
-- tells how a summary is written. Older points lie in coarser ones.
CREATE TABLE monitoring_points(
  metric BIGINT NOT NULL REFERENCES monitoring_metrics(id),
  at BIGINT NOT NULL,
  resolution INTEGER NOT NULL,
  unit TEXT NOT NULL,
  summary TEXT NOT NULL,
  PRIMARY KEY (metric, at, resolution, unit)
);
CREATE INDEX monitoring_points_age ON monitoring_points(resolution, at);

-- What happened to alarms, kept for 30 days.
CREATE TABLE monitoring_history(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  alarm TEXT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX monitoring_history_alarm ON monitoring_history(account, region, alarm, at, id);
CREATE INDEX monitoring_history_at ON monitoring_history(account, region, at, id);
CREATE INDEX monitoring_history_age ON monitoring_history(at);
