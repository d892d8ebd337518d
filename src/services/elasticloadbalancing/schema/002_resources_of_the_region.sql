-- Rows and tags move into the region's tables (see region/schema/001_resources_and_tags.sql).
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'elasticloadbalancing/' || kind, arn, account, region, parent, parent, name, created, body, own
FROM elb_resources;
INSERT INTO tags(arn, key, value) SELECT arn, key, value FROM elb_tags;
DROP TABLE elb_resources;
DROP TABLE elb_tags;
