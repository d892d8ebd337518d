-- The class of each version, which its body has, too: what lies is billed by it. Rows of before are told at the start
-- (objects/store.h).
ALTER TABLE s3_objects ADD COLUMN storage_class TEXT NOT NULL DEFAULT 'STANDARD';
