-- Load balancers, target groups, listeners and rules are rows of one table: what Describe answers as `body` (JSON of the
-- model's shape, without what is computed), what only we know as `own`.
CREATE TABLE elb_resources(
  arn TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  kind TEXT NOT NULL,      -- loadbalancer, targetgroup, listener, rule
  name TEXT NOT NULL,      -- unique within its parent: the name, a listener's port, a rule's priority
  parent TEXT NOT NULL,    -- a listener's load balancer, a rule's listener; '' when none
  created BIGINT NOT NULL,
  body TEXT NOT NULL,
  own TEXT NOT NULL
);
CREATE UNIQUE INDEX elb_resources_name ON elb_resources(account, region, kind, parent, name);
CREATE INDEX elb_resources_parent ON elb_resources(parent, kind);

CREATE TABLE elb_targets(
  group_arn TEXT NOT NULL,
  target_id TEXT NOT NULL,   -- an instance's id, or an address
  port BIGINT NOT NULL,
  ip TEXT NOT NULL,
  state TEXT NOT NULL,       -- active, draining
  instance_state TEXT NOT NULL,  -- running, stopped …; of an address always running
  deadline BIGINT NOT NULL,  -- of a draining one: when it ends at the latest
  PRIMARY KEY(group_arn, target_id, port)
);

CREATE TABLE elb_tags(
  arn TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(arn, key)
);
