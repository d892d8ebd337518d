-- body: the API's Project.
CREATE TABLE codebuild_projects(
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  modified BIGINT NOT NULL,
  next_build_number BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(account, region, name)
);

-- One row per build. sequence gives builds their order. token is the idempotency token of StartBuild. address is the
-- build machine's while it has one. build: the API's Build; work: what carries it out (see build_tasks.cc).
CREATE TABLE codebuild_builds(
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  project TEXT NOT NULL,
  token TEXT,
  address TEXT,
  build TEXT NOT NULL,
  work TEXT NOT NULL
);
CREATE UNIQUE INDEX codebuild_builds_id ON codebuild_builds(account, region, id);
CREATE UNIQUE INDEX codebuild_builds_token ON codebuild_builds(account, region, project, token);
CREATE UNIQUE INDEX codebuild_builds_address ON codebuild_builds(address);
