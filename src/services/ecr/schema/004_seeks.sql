-- A repository's images in the order in which they are listed, and an image's tags in theirs: without the tag in it this
-- index was passed over for one that reads every tag of the repository.
CREATE INDEX ecr_images_by_push ON ecr_images (repository_id, pushed, digest);
DROP INDEX ecr_tags_by_digest;
CREATE INDEX ecr_tags_by_digest ON ecr_tags (repository_id, digest, tag);
