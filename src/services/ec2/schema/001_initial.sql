-- Every EC2 resource is a row of one table: the searched facts as columns, what Describe answers as `body` (JSON of the
-- model's shape), what only we know as `own`. All resources of EC2 share ids, tags, filters and paging, so they share this.
CREATE TABLE ec2_resources(
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  kind TEXT NOT NULL,      -- AWS's resource type: vpc, subnet, network-interface …
  vpc_id TEXT NOT NULL,    -- the VPC that it lies in, '' when none
  parent TEXT NOT NULL,    -- what it belongs to: a rule's group, a volume's instance, an interface's instance; '' when none
  name TEXT,               -- what is unique besides the id: a key's or group's name, an interface's private address
  created BIGINT NOT NULL,
  body TEXT NOT NULL,
  own TEXT NOT NULL
);
CREATE INDEX ec2_resources_place ON ec2_resources(account, region, kind, created, id);
CREATE INDEX ec2_resources_vpc ON ec2_resources(vpc_id, kind);
CREATE INDEX ec2_resources_parent ON ec2_resources(parent, kind);
CREATE UNIQUE INDEX ec2_resources_name ON ec2_resources(account, region, kind, vpc_id, name);

CREATE TABLE ec2_tags(
  resource_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY(resource_id, key)
);
CREATE INDEX ec2_tags_place ON ec2_tags(account, region, kind);

-- Which account and region have been given their default VPC; one that the user deleted does not come back by itself.
CREATE TABLE ec2_regions(
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  prepared BIGINT NOT NULL,
  PRIMARY KEY(account, region)
);

-- Answers to calls that bore a client token: the ids that the first one made.
CREATE TABLE ec2_client_tokens(
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  operation TEXT NOT NULL,
  token TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  result TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY(account, region, operation, token)
);

-- The public addresses that are taken, whoever's they are: two of a kind must not be in the kernel.
CREATE TABLE ec2_public_ips(
  ip TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL
);
