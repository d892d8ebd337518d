-- Log groups lie with everybody's rows, by the number that their streams and events bear; what stays here of log_groups is
-- those numbers. The tags in a group's body are carried over when the service starts.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'logs/group', CAST(id AS TEXT), account, region, '', '', name, created, body, '{}' FROM log_groups;

DROP INDEX log_groups_name;
ALTER TABLE log_groups DROP COLUMN account;
ALTER TABLE log_groups DROP COLUMN region;
ALTER TABLE log_groups DROP COLUMN name;
ALTER TABLE log_groups DROP COLUMN created;
ALTER TABLE log_groups DROP COLUMN body;
