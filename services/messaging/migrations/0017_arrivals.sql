-- Who joined a workspace, and is still to be let into its channels in other databases or into those that were closed.
CREATE TABLE arrivals (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    channel_ids UUID[] NOT NULL,
    has_defaults BOOLEAN NOT NULL, -- the default ones elsewhere, too
    due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX arrivals_due ON arrivals (due_at);
