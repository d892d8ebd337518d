CREATE TABLE codepipeline_pipelines (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,  -- {"declaration","created","updated","transitions","polled"}
  UNIQUE (account, region, name)
);

-- Every structure that the pipeline has had.
CREATE TABLE codepipeline_versions (
  pipeline TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,  -- PipelineDeclaration
  updated INTEGER NOT NULL,
  PRIMARY KEY (pipeline, version)
);

CREATE TABLE codepipeline_executions (
  id TEXT PRIMARY KEY,
  pipeline TEXT NOT NULL,
  number INTEGER NOT NULL,  -- in order of their starts
  active INTEGER NOT NULL,  -- InProgress or Stopping
  token TEXT,               -- the client's request token
  body TEXT NOT NULL,       -- the machine's Execution, its action executions included
  UNIQUE (pipeline, number)
);
CREATE INDEX codepipeline_executions_active ON codepipeline_executions (pipeline, active);
CREATE UNIQUE INDEX codepipeline_executions_by_token ON codepipeline_executions (pipeline, token);

CREATE TABLE codepipeline_tags (
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, name)
);
