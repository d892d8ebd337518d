-- Lines of server access logs that are not delivered yet; bucket: whose they are.
CREATE TABLE s3_access_lines(
  id INTEGER PRIMARY KEY,
  bucket TEXT NOT NULL,
  at BIGINT NOT NULL, -- milliseconds
  line TEXT NOT NULL
);
CREATE INDEX s3_access_lines_bucket ON s3_access_lines(bucket, id);
