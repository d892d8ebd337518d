-- When a scan of the image was asked for last, by its push or by StartImageScan.
ALTER TABLE ecr_images ADD COLUMN scanned BIGINT;
