-- Repositories are rows of the region's store now. What their bodies held ({"mutability", "tags", "policy"}) is taken apart
-- when the service starts (see store.h).
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'ecr/repository', id, account, region, '', '', name, created, '{}', body FROM ecr_repositories;
DROP TABLE ecr_repositories;
