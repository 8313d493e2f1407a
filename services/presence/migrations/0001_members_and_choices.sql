-- Who shares a workspace with whom: fed by messaging's topic.
CREATE TABLE workspace_members (
    workspace_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX workspace_members_by_user ON workspace_members (user_id);

-- What people chose to show; no row means as their devices have it.
CREATE TABLE chosen_statuses (
    user_id UUID PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('away', 'busy', 'offline')),
    chosen_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
