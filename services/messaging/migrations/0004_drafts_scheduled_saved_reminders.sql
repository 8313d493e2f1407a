-- What people keep for themselves. Nothing here refers to messages by key: a message can go by retention, and what was
-- kept of it says so.

-- What somebody has written and not sent: one in each channel and each thread.
CREATE TABLE drafts (
    user_id UUID NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    parent_message_id UUID, -- the thread's first message
    content TEXT NOT NULL,
    content_type VARCHAR(20) NOT NULL,
    attachments JSONB NOT NULL,
    version BIGINT NOT NULL, -- a later one, also a removal, has a higher number
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (user_id, channel_id, parent_message_id)
);
CREATE UNIQUE INDEX drafts_by_version ON drafts (user_id, version);
CREATE SEQUENCE draft_versions;

-- Messages that are to be sent at a time. A row goes in the transaction that posts its message, so that is once.
CREATE TABLE scheduled_messages (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    message JSONB NOT NULL, -- as its author wrote it, checked when it was written and again when it is sent
    client_message_id TEXT NOT NULL, -- the message's: whoever sends it and however often, it is the same one
    send_at TIMESTAMPTZ NOT NULL,
    failure TEXT, -- why it was not sent; it waits to be changed or removed
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, client_message_id)
);
CREATE INDEX scheduled_messages_due ON scheduled_messages (send_at) WHERE failure IS NULL;

CREATE TABLE saved_messages (
    user_id UUID NOT NULL,
    message_id UUID NOT NULL,
    id UUID NOT NULL, -- the order in which they were saved
    note TEXT,
    is_done BOOLEAN NOT NULL DEFAULT FALSE,
    saved_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, message_id)
);
CREATE UNIQUE INDEX saved_messages_by_time ON saved_messages (user_id, id);

CREATE TABLE reminders (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL,
    message_id UUID,
    channel_id UUID, -- the message's
    text TEXT,
    remind_at TIMESTAMPTZ NOT NULL,
    state VARCHAR(20) NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'due', 'done')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (message_id IS NOT NULL OR text IS NOT NULL)
);
CREATE INDEX reminders_due ON reminders (remind_at) WHERE state = 'waiting';
CREATE INDEX reminders_by_user ON reminders (user_id, remind_at);

-- Links at a channel's head.
CREATE TABLE channel_bookmarks (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    title VARCHAR(255) NOT NULL,
    url TEXT NOT NULL,
    emoji TEXT,
    position INTEGER NOT NULL, -- from 0, without gaps
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX channel_bookmarks_in_order ON channel_bookmarks (channel_id, position);

-- {messageId, channelId, userId, createdAt, content, contentType, attachments}: the message as it was when forwarded.
ALTER TABLE messages ADD COLUMN forwarded JSONB;
