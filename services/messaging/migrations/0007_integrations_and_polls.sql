-- Programs that take part. Bots are users, as identity tells; webhooks and commands are not: what they say bears their
-- own id as its author and says in `via`, which no client can write, what they are.
ALTER TABLE users ADD COLUMN is_bot BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages
    ADD COLUMN via JSONB, -- {"kind": "webhook" or "command", "id", "name", "iconEmoji"}; NULL: a user says it
    ADD COLUMN actions JSONB, -- buttons: [{"id", "text", "style", "value"}]; NULL: none
    ADD COLUMN poll JSONB; -- as clients see it, with its counts; NULL: none

-- Lets programs write in a channel by an address that is secret.
CREATE TABLE incoming_hooks (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    name VARCHAR(255) NOT NULL,
    icon_emoji VARCHAR(64),
    token_hash BYTEA NOT NULL, -- SHA-256
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_used_at TIMESTAMPTZ,
    counted_from TIMESTAMPTZ NOT NULL DEFAULT now(), -- since then it was used so often: its throttle
    counted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX incoming_hooks_by_channel ON incoming_hooks (channel_id);

-- Tells programs of a channel's messages.
CREATE TABLE outgoing_hooks (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    name VARCHAR(255) NOT NULL,
    trigger_words TEXT[] NOT NULL, -- a message that begins with one of them; none: every message
    disabled_reason TEXT, -- NULL: it is at work
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX outgoing_hooks_by_channel ON outgoing_hooks (channel_id);

-- What a message was told with, until it is, and what came of it: the newest hundred of a hook are kept.
CREATE TABLE deliveries (
    id UUID PRIMARY KEY, -- the webhook-id, the same however often it is tried
    hook_id UUID NOT NULL REFERENCES outgoing_hooks (id) ON DELETE CASCADE,
    body TEXT NOT NULL, -- exactly as it is sent
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TIMESTAMPTZ DEFAULT now(), -- NULL: not waiting
    taken_by UUID, -- whoever tries just now
    status INTEGER, -- of the last answer
    error TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    tried_at TIMESTAMPTZ
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_hook ON deliveries (hook_id, id);

CREATE TABLE commands (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name VARCHAR(32) NOT NULL,
    description VARCHAR(255) NOT NULL,
    usage VARCHAR(255) NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, name)
);

-- Where an integration is asked, and what the requests are signed with. Secrets are shown once.
CREATE TABLE endpoints (
    integration_id UUID PRIMARY KEY, -- of an outgoing hook, a command or an incoming hook whose messages have buttons
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_secret_until TIMESTAMPTZ
);

-- Addresses at which a command may answer later: five times within half an hour.
CREATE TABLE command_runs (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL, -- SHA-256
    command_id UUID NOT NULL REFERENCES commands (id) ON DELETE CASCADE,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    answers_left INTEGER NOT NULL DEFAULT 5,
    expires_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '30 minutes'
);
CREATE INDEX command_runs_by_end ON command_runs (expires_at);

CREATE TABLE poll_votes (
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    option_id TEXT NOT NULL,
    voted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, user_id, option_id)
);
