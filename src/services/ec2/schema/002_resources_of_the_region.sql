-- The rows and tags of EC2 move into the region's tables (see region/schema/001_resources_and_tags.sql).
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'ec2/' || kind, id, account, region, vpc_id, parent, name, created, body, own FROM ec2_resources;
INSERT INTO tags(arn, key, value)
SELECT 'arn:aws:ec2:' || region || ':' || account || ':' || kind || '/' || resource_id, key, value FROM ec2_tags;
DROP TABLE ec2_resources;
DROP TABLE ec2_tags;
