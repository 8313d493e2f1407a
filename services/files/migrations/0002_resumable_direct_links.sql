-- Resumable uploads (tus): how much of each is in the store. Parts first, rows second: what no row knows is put again.
-- A row outlives its upload by a week, so that a client is told that it is over.
CREATE TABLE tus_uploads (
    upload_id UUID PRIMARY KEY,
    user_id UUID NOT NULL,
    file_id UUID NOT NULL,
    version INTEGER NOT NULL,
    length BIGINT NOT NULL,
    arrived BIGINT NOT NULL DEFAULT 0 CHECK (arrived BETWEEN 0 AND length),
    etags TEXT[] NOT NULL DEFAULT '{}', -- of the parts that are there
    tail INTEGER NOT NULL DEFAULT 0, -- bytes behind them, too few for a part, at incoming/<id>.tail
    metadata TEXT NOT NULL,
    taken_by UUID, -- the request that writes, until then
    taken_until TIMESTAMPTZ,
    taken_in TEXT, -- its process, and which life of that: what died holds nothing any more
    taken_life UUID,
    touched_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX tus_uploads_by_time ON tus_uploads (touched_at);

-- Where a client may put bytes by itself: it can until then, whatever has become of the upload.
CREATE TABLE direct_uploads (
    upload_id UUID PRIMARY KEY,
    user_id UUID NOT NULL,
    file_id UUID NOT NULL,
    media_type TEXT NOT NULL,
    permitted_until TIMESTAMPTZ NOT NULL
);
CREATE INDEX direct_uploads_by_end ON direct_uploads (permitted_until);

CREATE TABLE links (
    id UUID PRIMARY KEY,
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_by UUID NOT NULL,
    password_hash TEXT,
    expires_at TIMESTAMPTZ,
    download_limit INTEGER CHECK (download_limit > 0),
    downloads INTEGER NOT NULL DEFAULT 0 CHECK (download_limit IS NULL OR downloads <= download_limit),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    revoked_at TIMESTAMPTZ,
    revoked_by UUID
);
CREATE INDEX links_by_file ON links (file_id, id);

-- A download by a link: it counts from its first byte on, and may go on where it was cut off.
CREATE TABLE link_tickets (
    id UUID PRIMARY KEY,
    link_id UUID NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    begun_at TIMESTAMPTZ,
    sent BIGINT NOT NULL DEFAULT 0 CHECK (sent >= 0)
);
CREATE INDEX link_tickets_by_link ON link_tickets (link_id);
CREATE INDEX link_tickets_by_expiry ON link_tickets (expires_at);

-- Who used a link, and what came of it.
CREATE TABLE link_accesses (
    id UUID PRIMARY KEY,
    link_id UUID NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX link_accesses_by_link ON link_accesses (link_id, id);
CREATE INDEX link_accesses_by_time ON link_accesses (at);
