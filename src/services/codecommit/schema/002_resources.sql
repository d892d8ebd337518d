-- Repositories are rows of the region's store now. What their bodies held ({"description", "tags"}) is taken apart when the
-- service starts (see store.h). A branch's name has no backslash and no control character.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codecommit/repository', id, account, region, '', '', name, created,
       '{"lastModifiedDate":' || CAST(modified / 1000.0 AS TEXT) ||
         CASE WHEN default_branch IS NULL THEN ''
              ELSE ',"defaultBranch":"' || replace(default_branch, '"', '\"') || '"' END || '}',
       body
FROM codecommit_repositories;
DROP TABLE codecommit_repositories;
