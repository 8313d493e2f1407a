-- Who was removed from a workspace, so that what they wrote keeps its author's name.
CREATE TABLE former_members (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    role VARCHAR(50) NOT NULL,
    joined_at TIMESTAMPTZ NOT NULL,
    channel_ids UUID[] NOT NULL, -- where they were at last: the guests of these know them
    UNIQUE (workspace_id, user_id)
);
