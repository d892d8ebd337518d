CREATE TABLE organizations_organizations (
  id TEXT PRIMARY KEY,               -- o-…
  management_account TEXT NOT NULL UNIQUE,
  root_id TEXT NOT NULL,             -- r-…
  service_control INTEGER NOT NULL,  -- whether the type SERVICE_CONTROL_POLICY is enabled
  created BIGINT NOT NULL
);

-- The tree: the root, organizational units and accounts. An account is in one organization at most.
CREATE TABLE organizations_nodes (
  id TEXT PRIMARY KEY,               -- r-…, ou-…, 123456789012
  organization_id TEXT NOT NULL,
  parent_id TEXT NOT NULL,           -- '' of the root
  kind TEXT NOT NULL,                -- ROOT, ORGANIZATIONAL_UNIT, ACCOUNT
  name TEXT NOT NULL,
  body TEXT NOT NULL                 -- of an account {"email","joined","method"}
);
CREATE INDEX organizations_nodes_parent ON organizations_nodes (parent_id, kind);
CREATE INDEX organizations_nodes_organization ON organizations_nodes (organization_id, kind);

-- The customer's service control policies; FullAWSAccess, which is AWS's, has no row.
CREATE TABLE organizations_policies (
  id TEXT PRIMARY KEY,               -- p-…
  organization_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (organization_id, name)
);

CREATE TABLE organizations_attachments (
  policy_id TEXT NOT NULL,
  target_id TEXT NOT NULL,           -- a node
  organization_id TEXT NOT NULL,
  PRIMARY KEY (policy_id, target_id)
);
CREATE INDEX organizations_attachments_target ON organizations_attachments (target_id);

-- Requests for accounts, of which DescribeCreateAccountStatus tells.
CREATE TABLE organizations_account_requests (
  id TEXT PRIMARY KEY,               -- car-…
  organization_id TEXT NOT NULL,
  account TEXT NOT NULL,             -- the number that the account will have
  state TEXT NOT NULL,
  requested BIGINT NOT NULL,
  body TEXT NOT NULL                 -- {"name","email","role","tags","completed","failure"}
);

CREATE TABLE organizations_tags (
  resource_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (resource_id, name)
);
