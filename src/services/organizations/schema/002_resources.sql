-- Organizations, nodes, policies and requests are rows of the region's store; tags lie in its table, by ARN.
INSERT INTO tags(arn, key, value)
  SELECT 'arn:aws:organizations::' || o.management_account || ':' ||
         CASE n.kind WHEN 'ROOT' THEN 'root/' WHEN 'ACCOUNT' THEN 'account/' ELSE 'ou/' END || o.id || '/' || n.id,
         t.name, t.value
  FROM organizations_tags t JOIN organizations_nodes n ON n.id = t.resource_id
       JOIN organizations_organizations o ON o.id = n.organization_id;
INSERT INTO tags(arn, key, value)
  SELECT 'arn:aws:organizations::' || o.management_account || ':policy/' || o.id || '/service_control_policy/' || p.id,
         t.name, t.value
  FROM organizations_tags t JOIN organizations_policies p ON p.id = t.resource_id
       JOIN organizations_organizations o ON o.id = p.organization_id;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
  SELECT 'organizations/organization', id, management_account, '', '', '', NULL, created, 'null',
         json_object('root', root_id, 'service_control', json(CASE service_control WHEN 0 THEN 'false' ELSE 'true' END))
  FROM organizations_organizations;
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
  SELECT 'organizations/node', id, '', '', organization_id, parent_id, NULL, 0, body, json_object('kind', kind, 'name', name)
  FROM organizations_nodes;
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
  SELECT 'organizations/policy', id, '', '', organization_id, '', name, 0, 'null',
         json_object('description', description, 'content', content)
  FROM organizations_policies;
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
  SELECT 'organizations/account-request', id, '', '', organization_id, '', NULL, requested, body,
         json_object('account', account, 'state', state)
  FROM organizations_account_requests;

DROP TABLE organizations_tags;
DROP TABLE organizations_nodes;
DROP TABLE organizations_policies;
DROP TABLE organizations_account_requests;
DROP TABLE organizations_organizations;
