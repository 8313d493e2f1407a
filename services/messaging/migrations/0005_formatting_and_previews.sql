ALTER TABLE messages
    ADD COLUMN plain_text TEXT, -- the content's words without formatting; NULL: the content has none
    ADD COLUMN previews JSONB, -- [{"url", "title", "description", "site_name"}]; NULL: none
    ADD COLUMN previews_removed BOOLEAN NOT NULL DEFAULT FALSE; -- by the author: none are shown again

-- Messages whose links wait to be looked at, written in the transaction of the message. Whoever takes a row puts it off
-- for a while; only who still finds its own `taken_by` in it may show what it found and remove the row.
CREATE TABLE preview_jobs (
    message_id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    urls JSONB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    taken_by UUID,
    due_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX preview_jobs_by_time ON preview_jobs (due_at);

-- What addresses led to: kept for a day, apart for each workspace, so that none learns what another has looked at.
CREATE TABLE link_pages (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    url_hash BYTEA NOT NULL, -- SHA-256
    preview JSONB, -- NULL: nothing to show
    outcome TEXT NOT NULL, -- shown, or why there is nothing
    fetched_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, url_hash)
);
CREATE INDEX link_pages_by_time ON link_pages (fetched_at);
CREATE INDEX link_pages_by_workspace ON link_pages (workspace_id, fetched_at);
