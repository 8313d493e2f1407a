-- As messaging tells: who says nothing until when, and what workspaces, channels and single members' terms say of posting
-- and replying. None: nothing is said, so everybody may.
ALTER TABLE workspace_members
    ADD COLUMN silenced_until TIMESTAMPTZ, ADD COLUMN may_post BOOLEAN, ADD COLUMN may_reply BOOLEAN;
ALTER TABLE channels
    ADD COLUMN post TEXT, ADD COLUMN reply TEXT, ADD COLUMN poster_ids UUID[] NOT NULL DEFAULT '{}';
ALTER TABLE channel_members
    ADD COLUMN is_admin BOOLEAN NOT NULL DEFAULT FALSE, ADD COLUMN silenced_until TIMESTAMPTZ;

CREATE TABLE workspace_rights (
    workspace_id UUID PRIMARY KEY,
    post TEXT,
    reply TEXT
);
