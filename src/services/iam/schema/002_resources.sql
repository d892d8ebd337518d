-- Entities lie in the region's store and their tags in its table of tags.
INSERT INTO tags(arn, key, value)
  SELECT e.arn, t.key, t.value FROM iam_entities e, json_each(e.body, '$.tags') t;
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
  SELECT 'iam/' || kind, id, account, '', '', '', name_key, created, json_remove(body, '$.tags'),
         json_object('name', name, 'path', path)
  FROM iam_entities;
DROP TABLE iam_entities;
