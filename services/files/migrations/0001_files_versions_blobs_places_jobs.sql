-- Copies of what messaging tells: who is where. Rights are decided with these alone.
CREATE TABLE workspace_members (
    workspace_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX workspace_members_by_user ON workspace_members (user_id);

CREATE TABLE channels (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    type TEXT NOT NULL,
    is_archived BOOLEAN NOT NULL
);

CREATE TABLE channel_members (
    channel_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (channel_id, user_id)
);

-- Equal bytes are kept once a workspace. Rows first, bytes second: `copying` is a blob whose bytes may not be there yet,
-- `removing` one whose bytes may be gone already.
CREATE TABLE blobs (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32),
    size BIGINT NOT NULL CHECK (size >= 0),
    state TEXT NOT NULL CHECK (state IN ('copying', 'stored', 'removing')),
    counted BOOLEAN NOT NULL DEFAULT FALSE, -- among the bytes that its workspace keeps
    signatures TEXT NOT NULL, -- those of the scanner that found nothing in it
    scanned_at TIMESTAMPTZ NOT NULL,
    media_type TEXT NOT NULL DEFAULT 'application/octet-stream', -- by content, once it was looked into
    width INTEGER,
    height INTEGER,
    duration DOUBLE PRECISION, -- seconds
    pages INTEGER,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, sha256)
);
CREATE INDEX blobs_by_signatures ON blobs (signatures, id) WHERE state = 'stored';

-- What was made of a blob, at derived/<blob>/<variant>: the bytes are there before the row.
CREATE TABLE derived (
    blob_id UUID NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    variant TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    details JSONB NOT NULL DEFAULT '{}', -- width, height, ...: as clients see it
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (blob_id, variant)
);

CREATE TABLE files (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    filename TEXT NOT NULL,
    uploaded_by UUID NOT NULL,
    version INTEGER, -- the clean one that people see; none yet: only the uploader sees the file
    last_version INTEGER NOT NULL DEFAULT 0, -- the highest number that was ever given
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX files_by_workspace ON files (workspace_id);
CREATE INDEX files_by_uploader ON files (uploaded_by) WHERE version IS NULL;

CREATE TABLE file_versions (
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('uploading', 'scanning', 'clean', 'refused')),
    reason TEXT,
    declared_type TEXT NOT NULL, -- as the uploader says
    size BIGINT NOT NULL,
    sha256 BYTEA CHECK (length(sha256) = 32),
    blob_id UUID REFERENCES blobs (id), -- from before its bytes are copied there
    restored_from INTEGER,
    uploaded_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (file_id, number),
    CHECK (status <> 'clean' OR blob_id IS NOT NULL)
);
CREATE INDEX file_versions_by_blob ON file_versions (blob_id);

-- What a file hangs on: whoever sees one of its open places sees the file.
CREATE TABLE file_places (
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    entity_type TEXT NOT NULL,
    entity_id UUID NOT NULL,
    is_open BOOLEAN NOT NULL DEFAULT TRUE, -- no longer, while every message there that carries it is hidden or held
    added_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (file_id, entity_type, entity_id)
);
CREATE INDEX file_places_by_entity ON file_places (entity_type, entity_id, file_id);

-- Which messages carry a file: with the last of a channel its place there goes.
CREATE TABLE message_files (
    message_id UUID NOT NULL,
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    channel_id UUID NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('shown', 'hidden', 'held')),
    PRIMARY KEY (message_id, file_id)
);
CREATE INDEX message_files_by_file ON message_files (file_id, channel_id);

-- Bytes on their way, in quarantine at incoming/<id>: from before the first byte until they are a blob or gone.
CREATE TABLE uploads (
    id UUID PRIMARY KEY,
    method TEXT NOT NULL CHECK (method IN ('form', 'tus', 'direct')),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'stored', 'over')),
    file_id UUID NOT NULL,
    version INTEGER NOT NULL,
    workspace_id UUID NOT NULL,
    user_id UUID NOT NULL,
    size BIGINT NOT NULL, -- reserved of the workspace's quota; once stored, the true one
    multipart_id TEXT, -- the store's, while parts are put
    expires_at TIMESTAMPTZ NOT NULL, -- an open one that is not carried on until then is given up
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX uploads_by_version ON uploads (file_id, version);
CREATE INDEX uploads_by_user ON uploads (user_id) WHERE state = 'open';
CREATE INDEX uploads_by_workspace ON uploads (workspace_id);
CREATE INDEX uploads_by_expiry ON uploads (expires_at) WHERE state = 'open';

-- What is to be done, by whichever process takes it first. `subject` keeps the same thing from being queued twice.
CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    lane TEXT NOT NULL,
    file_id UUID,
    version INTEGER,
    blob_id UUID,
    details JSONB NOT NULL DEFAULT '{}',
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0, -- attempts that ended with an error of ours, not with a part that was away
    turn BIGINT NOT NULL DEFAULT 0, -- who took it last: what an earlier taker finishes late counts no more
    not_before TIMESTAMPTZ NOT NULL DEFAULT now(),
    leased_until TIMESTAMPTZ,
    progress INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (kind, subject)
);
CREATE INDEX jobs_by_turn ON jobs (lane, not_before) WHERE state = 'waiting';
CREATE INDEX jobs_by_file ON jobs (file_id);
CREATE INDEX jobs_by_blob ON jobs (blob_id);

CREATE FUNCTION wake_workers() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jobs', '');
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_written AFTER INSERT ON jobs FOR EACH STATEMENT EXECUTE FUNCTION wake_workers();

-- Bytes that each workspace keeps: of its blobs. What is on its way is counted from `uploads`.
CREATE TABLE usage (
    workspace_id UUID PRIMARY KEY,
    bytes BIGINT NOT NULL DEFAULT 0,
    quota BIGINT -- its own; none: as the settings say
);
