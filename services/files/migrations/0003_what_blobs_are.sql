-- When a blob was looked into, and what was odd about it: contradiction, damaged, locked, too_many_pixels, too_large.
ALTER TABLE blobs ADD COLUMN looked_at TIMESTAMPTZ, ADD COLUMN note TEXT;
