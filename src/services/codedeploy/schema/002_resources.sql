-- What has an id or a name of AWS's lies with everybody's rows. A group's scope, like a revision's, is its application's
-- name; a deployment's parent is its group's id. What was an application's or a configuration's day of making stands in its
-- body; nothing is listed by it.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codedeploy/application', substr(body, 19, 36), account, region, '', '', name, 0, body, '{}'
FROM codedeploy_applications;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codedeploy/config', account || ':' || region || ':' || name, account, region, '', '', name, 0, body, '{}'
FROM codedeploy_configs;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codedeploy/group', id, account, region, application, '', name, 0, body, '{}' FROM codedeploy_groups;

-- {"location":…,"description":…} becomes {"revisionLocation":…,"genericRevisionInfo":{"description":…}}. Neither key can
-- stand in a text, whose quotes are escaped.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codedeploy/revision', account || ':' || region || ':' || application || ':' || location, account, region,
       application, '', location, registered,
       replace(replace(body, '{"location":', '{"revisionLocation":'), ',"description":',
               ',"genericRevisionInfo":{"description":') ||
         CASE WHEN body LIKE '%,"description":%' THEN '}' ELSE '' END,
       '{"first_used":' || CAST(first_used AS TEXT) || ',"last_used":' || CAST(last_used AS TEXT) || '}'
FROM codedeploy_revisions;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codedeploy/deployment', id, account, region, '', group_id, NULL, created, body, '{}'
FROM codedeploy_deployments;

INSERT INTO tags(arn, key, value) SELECT arn, name, value FROM codedeploy_tags;

DROP TABLE codedeploy_applications;
DROP TABLE codedeploy_configs;
DROP TABLE codedeploy_groups;
DROP TABLE codedeploy_revisions;
DROP TABLE codedeploy_deployments;
DROP TABLE codedeploy_tags;
