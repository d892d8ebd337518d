-- Repositories, the images and tags in them, and which layers each has. The bytes of layers are blobs of the store;
-- manifests are small and lie here, byte for byte.
CREATE TABLE ecr_repositories (
  id      TEXT PRIMARY KEY,              -- a UUID
  account TEXT NOT NULL,
  region  TEXT NOT NULL,
  name    TEXT NOT NULL,
  body    TEXT NOT NULL,                 -- {"mutability", "tags": {}, "policy"}
  created BIGINT NOT NULL,
  UNIQUE (account, region, name)
);

CREATE TABLE ecr_images (
  repository_id TEXT NOT NULL,
  digest        TEXT NOT NULL,           -- sha256:…
  media_type    TEXT NOT NULL,
  manifest      TEXT NOT NULL,
  size          BIGINT NOT NULL,         -- of the layers and the configuration; 0 for an index
  artifact_type TEXT,
  subject       TEXT,                    -- the digest that it is about, of attestations and signatures
  pushed        BIGINT NOT NULL,
  pulled        BIGINT,
  PRIMARY KEY (repository_id, digest)
);
CREATE INDEX ecr_images_by_subject ON ecr_images (repository_id, subject);

CREATE TABLE ecr_tags (
  repository_id TEXT NOT NULL,
  tag           TEXT NOT NULL,
  digest        TEXT NOT NULL,
  PRIMARY KEY (repository_id, tag)
);
CREATE INDEX ecr_tags_by_digest ON ecr_tags (repository_id, digest);

CREATE TABLE ecr_layers (
  repository_id TEXT NOT NULL,
  digest        TEXT NOT NULL,
  size          BIGINT NOT NULL,
  PRIMARY KEY (repository_id, digest)
);

-- Which image needs which layer or, of an index, which image.
CREATE TABLE ecr_references (
  repository_id TEXT NOT NULL,
  digest        TEXT NOT NULL,           -- the image
  target        TEXT NOT NULL,           -- the layer or image that it names
  PRIMARY KEY (repository_id, digest, target)
);
CREATE INDEX ecr_references_by_target ON ecr_references (repository_id, target);

-- Layers on their way; what came so far is in the daemon's hands.
CREATE TABLE ecr_uploads (
  id            TEXT PRIMARY KEY,
  repository_id TEXT NOT NULL,
  started       BIGINT NOT NULL
);

-- The key that login tokens and download links are signed with; one row.
CREATE TABLE ecr_keys (
  id     INTEGER PRIMARY KEY,
  secret TEXT NOT NULL
);
