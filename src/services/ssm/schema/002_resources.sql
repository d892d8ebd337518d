-- Parameters, managed instances and commands lie with everybody's rows. A parameter's versions keep their table, as a
-- command's invocations do. When an instance registered stands in its body.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'ssm/parameter', account || ':' || region || ':' || name, account, region, '', '', name, 0,
       '{"version":' || CAST(version AS TEXT) || '}', '{}'
FROM ssm_parameters;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'ssm/instance', id, account, region, '', '', id, 0, body, '{"last_ping":' || CAST(last_ping AS TEXT) || '}'
FROM ssm_instances;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'ssm/command', id, account, region, '', '', NULL, requested, body, '{}' FROM ssm_commands;

-- A name and the same with a leading slash have one ARN.
INSERT INTO tags(arn, key, value)
SELECT 'arn:aws:ssm:' || region || ':' || account || ':parameter' ||
         CASE WHEN resource LIKE 'Parameter//%' THEN '' ELSE '/' END || substr(resource, 11),
       name, value
FROM ssm_tags WHERE true ON CONFLICT DO NOTHING;

DROP TABLE ssm_parameters;
DROP TABLE ssm_instances;
DROP TABLE ssm_commands;
DROP TABLE ssm_tags;
