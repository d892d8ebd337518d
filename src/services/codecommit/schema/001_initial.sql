-- Repositories and where their branches and tags point. The references here are the truth; what git sees on disk is
-- written from them before each git command. So a reference moves in the transaction that also holds its event.
CREATE TABLE codecommit_repositories (
  id             TEXT PRIMARY KEY,        -- a UUID; also the name of the folder with the objects
  account        TEXT NOT NULL,
  region         TEXT NOT NULL,
  name           TEXT NOT NULL,
  default_branch TEXT,                    -- null until the first branch comes
  body           TEXT NOT NULL,           -- {"description", "tags": {}}
  created        BIGINT NOT NULL,
  modified       BIGINT NOT NULL,
  UNIQUE (account, region, name)
);

CREATE TABLE codecommit_references (
  repository_id TEXT NOT NULL,
  name          TEXT NOT NULL,            -- refs/heads/main
  object_id     TEXT NOT NULL,            -- 40 hex digits; of an annotated tag the tag object's
  PRIMARY KEY (repository_id, name)
);
