-- A bucket's name is one for all accounts and regions. body: {versioning, tags, policy, public_access_block,
-- event_bridge, ownership}.
CREATE TABLE s3_buckets(
  name TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  created BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX s3_buckets_account ON s3_buckets(account, name);

-- One row per version of an object, delete markers included; of the rows of a key one is the latest. In a bucket without
-- versioning the version is 'null'. body: {segments:[{sha256,size}], headers, metadata, tags, checksums, checksum_type}.
CREATE TABLE s3_objects(
  id INTEGER PRIMARY KEY,
  bucket TEXT NOT NULL REFERENCES s3_buckets(name),
  object_key TEXT NOT NULL,
  version_id TEXT NOT NULL,
  is_latest INTEGER NOT NULL,
  delete_marker INTEGER NOT NULL,
  size BIGINT NOT NULL,
  e_tag TEXT NOT NULL,
  modified BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX s3_objects_version ON s3_objects(bucket, object_key, version_id);
CREATE INDEX s3_objects_latest ON s3_objects(bucket, is_latest, object_key);

-- A multipart upload that is neither completed nor aborted. body as an object's, without segments, and {algorithm}.
CREATE TABLE s3_uploads(
  upload_id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL REFERENCES s3_buckets(name),
  object_key TEXT NOT NULL,
  initiated BIGINT NOT NULL,
  initiator TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX s3_uploads_key ON s3_uploads(bucket, object_key, upload_id);

-- body: {segments:[{sha256,size,offset}], checksums}
CREATE TABLE s3_parts(
  upload_id TEXT NOT NULL REFERENCES s3_uploads(upload_id),
  part_number INTEGER NOT NULL,
  size BIGINT NOT NULL,
  e_tag TEXT NOT NULL,
  modified BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(upload_id, part_number)
);
