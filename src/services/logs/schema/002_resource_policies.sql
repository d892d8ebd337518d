-- Policies of an account's log groups in a region, by which services may write to them.
CREATE TABLE log_resource_policies (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  updated BIGINT NOT NULL,
  PRIMARY KEY (account, region, name)
);
