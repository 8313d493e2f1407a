-- What a client calls its upload, so that sent again it is the same one.
ALTER TABLE file_versions ADD COLUMN idempotency_key TEXT;
CREATE UNIQUE INDEX file_versions_by_key ON file_versions (uploaded_by, idempotency_key) WHERE idempotency_key IS NOT NULL;
