-- Projects and builds are rows of the region's store now. A build lies in its project, by the ARN, which stays when the
-- project goes; its name is StartBuild's idempotency token. Builds of before keep their order: `created` is the number
-- that they had. Tags of projects lie in their bodies until the service starts (see store.h).
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codebuild/project', 'arn:aws:codebuild:' || region || ':' || account || ':project/' || name, account, region,
       '', '', name, modified, body, '{"next_build_number":' || next_build_number || '}'
FROM codebuild_projects;

INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codebuild/build', id, account, region,
       'arn:aws:codebuild:' || region || ':' || account || ':project/' || project,
       'arn:aws:codebuild:' || region || ':' || account || ':project/' || project,
       token, sequence, build, work
FROM codebuild_builds;

-- Which address of the builds' network a build's machine has.
CREATE TABLE codebuild_addresses(
  address TEXT PRIMARY KEY,
  build TEXT NOT NULL UNIQUE  -- its id
);
INSERT INTO codebuild_addresses(address, build)
SELECT address, id FROM codebuild_builds WHERE address IS NOT NULL;

-- Tasks name their build by its id; that of a build which is gone ends with its task's key all the same.
UPDATE tasks SET body = COALESCE((SELECT '{"build":"' || id || '"}' FROM codebuild_builds WHERE id LIKE '%:' || tasks.key),
                                 '{"build":":' || key || '"}')
WHERE kind IN ('codebuild.build', 'codebuild.remove');

DROP TABLE codebuild_builds;
DROP TABLE codebuild_projects;
