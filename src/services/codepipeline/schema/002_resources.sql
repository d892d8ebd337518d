-- Pipelines are rows of the region's store now, and their tags lie with everybody's.
INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own)
SELECT 'codepipeline/pipeline', id, account, region, '', '', name, 0, body, '{}' FROM codepipeline_pipelines;
DROP TABLE codepipeline_pipelines;

INSERT INTO tags(arn, key, value) SELECT arn, name, value FROM codepipeline_tags;
DROP TABLE codepipeline_tags;
