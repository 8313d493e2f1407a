-- Workspaces that come from elsewhere, and go there.

-- Files that bring a workspace's things or take them away, and what is done with each.
CREATE TABLE transfers (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('import', 'export')),
    -- An import is uploaded, read, waits for somebody to confirm it, and runs; an export runs.
    state TEXT NOT NULL CHECK (state IN ('uploading', 'reading', 'waiting', 'running', 'done', 'failed', 'cancelled')),
    name VARCHAR(255) NOT NULL, -- the file's
    size BIGINT NOT NULL, -- of the whole file in bytes
    received BIGINT NOT NULL DEFAULT 0, -- so many of them are in transfer_pieces
    options JSONB NOT NULL DEFAULT '{}', -- what was chosen
    source TEXT, -- where an import's things are from, once that is read: 'slack:T012345' or 'nexus:<workspace id>'
    place INTEGER NOT NULL DEFAULT 0, -- how far the file was read
    counts JSONB NOT NULL DEFAULT '{}', -- of what was found in it
    preview JSONB,
    report JSONB,
    failure TEXT, -- why it failed, for whoever asked for it
    progress BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    is_cancelled BOOLEAN NOT NULL DEFAULT FALSE, -- whoever works on it stops where nothing is left half done
    taken_by UUID, -- whoever works on it just now, until due_at
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at TIMESTAMPTZ NOT NULL -- then its file and what was read of it go
);
CREATE UNIQUE INDEX one_transfer_at_a_time ON transfers (workspace_id, kind)
    WHERE state IN ('uploading', 'reading', 'waiting', 'running');
CREATE INDEX transfers_due ON transfers (due_at) WHERE state IN ('reading', 'running');
CREATE INDEX transfers_by_workspace ON transfers (workspace_id, id);
CREATE INDEX transfers_by_end ON transfers (expires_at);

-- The file, in order. Here, and not on a disk, so that whichever process goes on has it.
CREATE TABLE transfer_pieces (
    transfer_id UUID NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
    start BIGINT NOT NULL, -- the first byte's place in the file
    bytes BYTEA NOT NULL,
    PRIMARY KEY (transfer_id, start)
);
ALTER TABLE transfer_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL; -- it is compressed already

-- What was read in an import's file and waits to be stored. A row goes in the transaction that stores its thing.
CREATE TABLE transfer_records (
    transfer_id UUID NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('workspace', 'person', 'channel', 'group', 'emoji', 'message')),
    channel_key TEXT NOT NULL DEFAULT '', -- a message's channel
    place BIGINT NOT NULL, -- the order within its kind or channel
    key TEXT NOT NULL, -- what it is called where it comes from
    body JSONB NOT NULL,
    PRIMARY KEY (transfer_id, kind, channel_key, key)
);
CREATE INDEX transfer_records_in_order ON transfer_records (transfer_id, kind, channel_key, place, key);

-- What of an import was left out, and why: the first thousands of each reason, the report counts all.
CREATE TABLE transfer_skips (
    transfer_id UUID NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    reason TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (transfer_id, number)
);

-- What came from elsewhere and what it is here, so that nothing comes twice. Messages need no row: their id follows from
-- where they are from (messaging.transfers.keys).
CREATE TABLE imported_things (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'channel', 'group', 'emoji')),
    key TEXT NOT NULL,
    id UUID NOT NULL,
    brought_by UUID NOT NULL, -- the import with which it came first
    PRIMARY KEY (workspace_id, source, kind, key)
);

-- Somebody who wrote elsewhere and has no account: named with what they said, but can do nothing.
ALTER TABLE users ADD COLUMN is_placeholder BOOLEAN NOT NULL DEFAULT FALSE;
-- Came from elsewhere: nobody was told of it, and it never counts as unread.
ALTER TABLE messages ADD COLUMN is_imported BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX messages_that_count;
CREATE INDEX messages_that_count ON messages (channel_id, seq) INCLUDE (user_id)
    WHERE NOT is_deleted AND NOT is_imported AND (parent_message_id IS NULL OR also_to_channel);
