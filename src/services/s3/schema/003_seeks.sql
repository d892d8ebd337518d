-- The latest versions in order of keys, so that a list passes over delete markers without their rows.
DROP INDEX s3_objects_latest;
CREATE INDEX s3_objects_latest ON s3_objects(bucket, is_latest, object_key, delete_marker);
-- All versions as they are listed.
CREATE INDEX s3_objects_order ON s3_objects(bucket, object_key, id DESC);
