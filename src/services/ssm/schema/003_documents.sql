-- A document's head lies with everybody's rows ("ssm/document"); its versions come in bulk. Numbers are never given twice.
CREATE TABLE ssm_document_versions (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  version_name TEXT,
  hash TEXT NOT NULL,     -- SHA-256 of the content, hex
  content TEXT NOT NULL,  -- as it was written
  body TEXT NOT NULL,     -- {"format","created","schema","platforms":[…],"display_name","target_type"}
  PRIMARY KEY (account, region, name, version)
);
CREATE UNIQUE INDEX ssm_document_versions_by_name ON ssm_document_versions (account, region, name, version_name);

-- Which accounts may use a document beside its owner's.
CREATE TABLE ssm_document_shares (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  shared_with TEXT NOT NULL,  -- an account, or "all"
  version TEXT NOT NULL,      -- $DEFAULT | $LATEST | $ALL
  PRIMARY KEY (account, region, name, shared_with)
);
CREATE INDEX ssm_document_shares_by_user ON ssm_document_shares (region, shared_with, account, name);

-- A command carries out its document step by step: which step an invocation is at, and whether the instance's agent is
-- still to be given it (the first one: while the invocation is Pending).
ALTER TABLE ssm_invocations ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ssm_invocations ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;

-- How a step ended.
CREATE TABLE ssm_invocation_steps (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  command TEXT NOT NULL,
  instance TEXT NOT NULL,
  step INTEGER NOT NULL,
  body TEXT NOT NULL,  -- {"status","detail","started","ended","code","out","err"}
  PRIMARY KEY (account, region, command, instance, step)
);
INSERT INTO ssm_invocation_steps (account, region, command, instance, step, body)
SELECT account, region, command, instance, 0, body FROM ssm_invocations
WHERE status IN ('Success', 'Failed', 'TimedOut', 'Cancelled');
