-- Programs that take part as users do. A bot belongs to one workspace and has no password: it has tokens.
ALTER TABLE users
    ALTER COLUMN password_hash DROP NOT NULL, -- NULL: a bot's
    ADD COLUMN bot_workspace_id UUID, -- NULL: a person
    ADD COLUMN removed_at TIMESTAMPTZ, -- of bots alone
    ADD CHECK ((bot_workspace_id IS NULL) = (password_hash IS NOT NULL));
CREATE INDEX users_by_bot_workspace ON users (bot_workspace_id) WHERE bot_workspace_id IS NOT NULL;

-- A token's session is what it is good for: it ends when the token is revoked or expires.
CREATE TABLE bot_tokens (
    session_id UUID PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the token
    name TEXT NOT NULL,
    hint TEXT NOT NULL, -- its first characters, by which people know it again
    scopes TEXT[] NOT NULL,
    created_by UUID NOT NULL
);

-- Who looks after which workspace, as messaging says: its owners and admins.
CREATE TABLE workspace_managers (
    workspace_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
