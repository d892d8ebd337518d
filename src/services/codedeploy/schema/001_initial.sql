CREATE TABLE codedeploy_applications (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,  -- the model's ApplicationInfo
  PRIMARY KEY (account, region, name)
);

CREATE TABLE codedeploy_configs (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,  -- DeploymentConfigInfo
  PRIMARY KEY (account, region, name)
);

CREATE TABLE codedeploy_groups (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  application TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,  -- DeploymentGroupInfo
  UNIQUE (account, region, application, name)
);

CREATE TABLE codedeploy_revisions (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  application TEXT NOT NULL,
  location TEXT NOT NULL,  -- bucket, key, bundle type, version, eTag: one revision, one text
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  registered INTEGER NOT NULL,
  first_used INTEGER NOT NULL,  -- 0 = never
  last_used INTEGER NOT NULL,
  body TEXT NOT NULL,  -- {"location": RevisionLocation, "description"}
  PRIMARY KEY (account, region, application, location)
);

CREATE TABLE codedeploy_deployments (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  application TEXT NOT NULL,
  group_name TEXT NOT NULL,
  group_id TEXT NOT NULL,
  status TEXT NOT NULL,
  created INTEGER NOT NULL,
  body TEXT NOT NULL  -- the Deployment machine's state
);
CREATE INDEX codedeploy_deployments_by_time ON codedeploy_deployments (account, region, created);
CREATE INDEX codedeploy_deployments_by_group ON codedeploy_deployments (group_id, created);

-- What the last deployment of a group left on an instance: its health and its revision.
CREATE TABLE codedeploy_hosts (
  group_id TEXT NOT NULL,
  instance TEXT NOT NULL,
  healthy INTEGER NOT NULL,
  revision TEXT NOT NULL,  -- location of the last that succeeded, or ''
  PRIMARY KEY (group_id, instance)
);

-- One lifecycle event for one agent to run. Open until a report comes or the machine gives it up.
CREATE TABLE codedeploy_commands (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  instance TEXT NOT NULL,
  deployment TEXT NOT NULL,
  group_id TEXT NOT NULL,
  event TEXT NOT NULL,
  status TEXT NOT NULL,        -- Pending, InProgress (acknowledged), Succeeded, Failed
  handed_out INTEGER NOT NULL  -- when; 0 = not yet
);
CREATE INDEX codedeploy_commands_open ON codedeploy_commands (account, region, instance, status);

CREATE TABLE codedeploy_tags (
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, name)
);

-- The key that signs specifications, made at the first start.
CREATE TABLE codedeploy_signer (
  id INTEGER PRIMARY KEY,
  private_key TEXT NOT NULL,
  certificate TEXT NOT NULL
);
