-- Public keys of users for git over SSH.
CREATE TABLE iam_ssh_keys (
  id TEXT NOT NULL PRIMARY KEY,   -- APKA…
  user_id TEXT NOT NULL,
  account TEXT NOT NULL,
  body TEXT NOT NULL,             -- as it was uploaded
  line TEXT NOT NULL,             -- ssh-rsa AAAA…
  fingerprint TEXT NOT NULL,
  status TEXT NOT NULL,           -- Active, Inactive
  uploaded BIGINT NOT NULL
);
CREATE INDEX iam_ssh_keys_user ON iam_ssh_keys (user_id);

-- What an account asks of its users' console passwords; without a row AWS's own policy holds.
CREATE TABLE iam_password_policies (
  account TEXT NOT NULL PRIMARY KEY,
  policy TEXT NOT NULL
);
