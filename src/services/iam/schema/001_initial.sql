-- Users, groups, roles, customer managed policies and instance profiles: everything with a name and a path.
CREATE TABLE iam_entities (
  account TEXT NOT NULL,
  kind TEXT NOT NULL,          -- user, group, role, policy, profile
  name_key TEXT NOT NULL,      -- the name in lower case: names are unique without regard to case
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,     -- AIDA…, AGPA…, AROA…, ANPA…, AIPA…
  arn TEXT NOT NULL,
  created BIGINT NOT NULL,
  body TEXT NOT NULL,          -- tags, and what the kind has beside
  PRIMARY KEY (account, kind, name_key)
);
CREATE INDEX iam_entities_arn ON iam_entities (arn);

CREATE TABLE iam_inline_policies (
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (owner_id, name)
);

CREATE TABLE iam_attachments (
  owner_id TEXT NOT NULL,
  usage TEXT NOT NULL,         -- permissions, boundary
  policy_arn TEXT NOT NULL,
  account TEXT NOT NULL,       -- of the owner
  PRIMARY KEY (owner_id, usage, policy_arn)
);
CREATE INDEX iam_attachments_policy ON iam_attachments (account, policy_arn);

CREATE TABLE iam_policy_versions (
  policy_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  document TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (policy_id, number)
);

CREATE TABLE iam_group_members (
  group_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX iam_group_members_user ON iam_group_members (user_id);

CREATE TABLE iam_profile_roles (
  profile_id TEXT NOT NULL PRIMARY KEY,
  role_id TEXT NOT NULL
);
CREATE INDEX iam_profile_roles_role ON iam_profile_roles (role_id);

-- Long-lived keys of users.
CREATE TABLE iam_access_keys (
  access_key_id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  account TEXT NOT NULL,
  secret TEXT NOT NULL,        -- sealed
  status TEXT NOT NULL,        -- Active, Inactive
  created BIGINT NOT NULL,
  used_at BIGINT,
  used_service TEXT,
  used_region TEXT
);
CREATE INDEX iam_access_keys_user ON iam_access_keys (user_id);

-- HTTPS git credentials.
CREATE TABLE iam_service_credentials (
  id TEXT NOT NULL PRIMARY KEY,          -- ACCA…
  user_id TEXT NOT NULL,
  account TEXT NOT NULL,
  service TEXT NOT NULL,                 -- codecommit.amazonaws.com
  service_user_name TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,           -- salt:hash; the password itself is shown once and kept nowhere
  status TEXT NOT NULL,
  created BIGINT NOT NULL
);
CREATE INDEX iam_service_credentials_user ON iam_service_credentials (user_id);

-- Temporary keys, until they expire.
CREATE TABLE iam_sessions (
  access_key_id TEXT NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL,        -- sealed JSON: secret access key and session token
  caller TEXT NOT NULL,
  issued BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX iam_sessions_expires ON iam_sessions (expires);

CREATE TABLE iam_account_aliases (
  alias TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL UNIQUE
);

CREATE TABLE iam_role_deletions (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  status TEXT NOT NULL,
  at BIGINT NOT NULL
);
