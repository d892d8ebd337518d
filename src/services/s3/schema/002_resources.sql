-- Buckets are rows of the region's store now. Their tags lie in their bodies until the service starts (see store.h).
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 's3/bucket', name, account, '', '', '', name, created, '{"BucketRegion":"' || region || '"}', body FROM s3_buckets;

-- What referred to the table of buckets, without that.
CREATE TABLE s3_objects_2(
  id INTEGER PRIMARY KEY,
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  version_id TEXT NOT NULL,
  is_latest INTEGER NOT NULL,
  delete_marker INTEGER NOT NULL,
  size BIGINT NOT NULL,
  e_tag TEXT NOT NULL,
  modified BIGINT NOT NULL,
  body TEXT NOT NULL
);
INSERT INTO s3_objects_2 SELECT id, bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, body
FROM s3_objects;
CREATE TABLE s3_uploads_2(
  upload_id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  initiated BIGINT NOT NULL,
  initiator TEXT NOT NULL,
  body TEXT NOT NULL
);
INSERT INTO s3_uploads_2 SELECT upload_id, bucket, object_key, initiated, initiator, body FROM s3_uploads;
CREATE TABLE s3_parts_2(
  upload_id TEXT NOT NULL,
  part_number INTEGER NOT NULL,
  size BIGINT NOT NULL,
  e_tag TEXT NOT NULL,
  modified BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(upload_id, part_number)
);
INSERT INTO s3_parts_2 SELECT upload_id, part_number, size, e_tag, modified, body FROM s3_parts;
DROP TABLE s3_parts;
DROP TABLE s3_uploads;
DROP TABLE s3_objects;
DROP TABLE s3_buckets;
ALTER TABLE s3_objects_2 RENAME TO s3_objects;
ALTER TABLE s3_uploads_2 RENAME TO s3_uploads;
ALTER TABLE s3_parts_2 RENAME TO s3_parts;
CREATE UNIQUE INDEX s3_objects_version ON s3_objects(bucket, object_key, version_id);
CREATE INDEX s3_objects_latest ON s3_objects(bucket, is_latest, object_key);
CREATE INDEX s3_uploads_key ON s3_uploads(bucket, object_key, upload_id);

-- Where versions stood that were removed lately: who lists page by page, and deletes each page, names one of them.
CREATE TABLE s3_removed_versions(
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  version_id TEXT NOT NULL,
  id BIGINT NOT NULL,      -- of its row
  removed BIGINT NOT NULL, -- milliseconds
  PRIMARY KEY(bucket, object_key, version_id)
);
CREATE INDEX s3_removed_versions_time ON s3_removed_versions(removed);
