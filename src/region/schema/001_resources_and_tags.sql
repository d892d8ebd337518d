-- What the services keep, a row each: the searched facts as columns, the rest as JSON. All of them share ids, names, order
-- and pages, so they share this. What comes in bulk (objects, log events, git's references) has tables of its own.
CREATE TABLE resources(
  kind TEXT NOT NULL,      -- the service and AWS's type: ec2/vpc, codebuild/project
  id TEXT NOT NULL,        -- unique within the kind, in all accounts and regions
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  scope TEXT NOT NULL,     -- within which the name is unique: an EC2 resource's VPC, a rule's bus; '' when in the place
  parent TEXT NOT NULL,    -- what it belongs to: a rule's group, an interface's instance; '' when none
  name TEXT,               -- unique within its kind, place and scope; null when it has none
  created BIGINT NOT NULL, -- milliseconds
  body TEXT NOT NULL,      -- JSON of the model's shape: what Describe answers
  own TEXT NOT NULL,       -- JSON of what only we know
  PRIMARY KEY(kind, id)
);
CREATE INDEX resources_place ON resources(kind, account, region, created, id);
CREATE INDEX resources_scope ON resources(kind, scope);
CREATE INDEX resources_parent ON resources(kind, parent);
CREATE UNIQUE INDEX resources_name ON resources(kind, account, region, scope, name);

-- The tags of everything that has an ARN.
CREATE TABLE tags(
  arn TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(arn, key)
);
