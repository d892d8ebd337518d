-- What lies in a scope or belongs to a parent is read in order of its making, a page at a time too, by seeking.
DROP INDEX resources_scope;
DROP INDEX resources_parent;
CREATE INDEX resources_scope ON resources(kind, scope, account, region, created, id);
CREATE INDEX resources_parent ON resources(kind, parent, account, region, created, id);
