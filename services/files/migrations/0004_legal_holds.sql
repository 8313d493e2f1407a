-- Open legal holds, as messaging tells: what one covers is kept where nobody sees it, however it was removed.
CREATE TABLE legal_holds (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    user_id UUID,
    channel_id UUID
);
CREATE INDEX legal_holds_by_workspace ON legal_holds (workspace_id);

ALTER TABLE files ADD COLUMN kept_at TIMESTAMPTZ; -- removed then, for everybody, and held since
CREATE INDEX files_kept ON files (workspace_id) WHERE kept_at IS NOT NULL;
