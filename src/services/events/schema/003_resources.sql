-- Buses, rules and targets lie with everybody's rows. A rule's scope is its bus; a target's is its rule, and its parent what
-- it names. The policies of buses keep their table, as the default bus has one without a row of its own. When a bus was
-- made stands in its body.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'events/bus', account || ':' || region || ':' || name, account, region, '', '', name, 0, body, '{}'
FROM events_buses;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'events/rule', account || ':' || region || ':' || bus || ':' || name, account, region, bus, '', name, 0, body, '{}'
FROM events_rules;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'events/target', account || ':' || region || ':' || bus || ':' || rule || ':' || id, account, region,
       account || ':' || region || ':' || bus || ':' || rule, arn, id, 0, body, '{}'
FROM events_targets;

INSERT INTO tags(arn, key, value) SELECT arn, name, value FROM events_tags;

DROP TABLE events_buses;
DROP TABLE events_rules;
DROP TABLE events_targets;
DROP TABLE events_tags;
