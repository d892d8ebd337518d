-- A parameter: what is the same for all its versions. SecureString values are sealed (region/vault.h).
CREATE TABLE ssm_parameters (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,  -- the newest
  type TEXT NOT NULL,
  PRIMARY KEY (account, region, name)
);

CREATE TABLE ssm_parameter_versions (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  value TEXT NOT NULL,
  body TEXT NOT NULL,  -- {"type","description","allowed_pattern","data_type","tier","key_id","modified","modified_by","labels":[…]}
  PRIMARY KEY (account, region, name, version)
);

CREATE TABLE ssm_tags (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  resource TEXT NOT NULL,  -- "Parameter/<name>"
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (account, region, resource, name)
);

-- Instances whose agent has called.
CREATE TABLE ssm_instances (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  last_ping INTEGER NOT NULL,
  body TEXT NOT NULL,  -- {"registered","agent_version","computer_name","ip_address","platform_name","platform_type","platform_version","role"}
  PRIMARY KEY (account, region, id)
);

CREATE TABLE ssm_commands (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  requested INTEGER NOT NULL,
  body TEXT NOT NULL,  -- the model's Command without what its invocations tell
  PRIMARY KEY (account, region, id)
);

-- One per command and instance; also the message that its agent gets.
CREATE TABLE ssm_invocations (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  command TEXT NOT NULL,
  instance TEXT NOT NULL,
  status TEXT NOT NULL,    -- Pending | Delayed | InProgress | Success | Failed | TimedOut | Cancelling | Cancelled
  cancel INTEGER NOT NULL DEFAULT 0,  -- 1: the agent is to be told
  deadline INTEGER NOT NULL,
  body TEXT NOT NULL,      -- {"detail","started","ended","code","out","err"}
  PRIMARY KEY (account, region, command, instance)
);
CREATE INDEX ssm_invocations_by_instance ON ssm_invocations (account, region, instance, status);
