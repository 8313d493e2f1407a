-- Whom a message mentions, as the server resolved it when it was sent or edited; clients never say it. Never the author.
--
-- One row a person and message, with the strongest kind: 'user' (named), 'group' (in a group that was named), 'here'
-- (was not away when @here was said). @channel writes no row a member, but one whose user is
-- '00000000-0000-0000-0000-000000000000' and whose kind is 'channel': it counts for every member but the author.
-- The messages of channel C after number S that mention U are therefore
--     SELECT DISTINCT seq FROM message_mentions WHERE channel_id = C AND seq > S
--         AND user_id IN (U, '00000000-0000-0000-0000-000000000000') AND author_id <> U
-- (distinct, because a message can name both U and the channel). Gone when the message is deleted.
CREATE TABLE message_mentions (
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    author_id UUID NOT NULL,
    thread_id UUID, -- the thread's first message, if this one is a reply
    kind TEXT NOT NULL CHECK (kind IN ('user', 'group', 'channel', 'here')),
    PRIMARY KEY (channel_id, user_id, seq)
);
CREATE INDEX message_mentions_by_message ON message_mentions (message_id);

-- Who follows a thread, and who wrote in it. The row of somebody who stopped following stays, so that a later mention
-- does not make them follow again; a reply of their own does.
CREATE TABLE thread_followers (
    thread_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE, -- the thread's first message
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    is_following BOOLEAN NOT NULL DEFAULT TRUE,
    replies INTEGER NOT NULL DEFAULT 0, -- how many of theirs are in the thread, without deleted ones
    last_reply_seq BIGINT,
    PRIMARY KEY (thread_id, user_id)
);
CREATE INDEX thread_followers_by_user ON thread_followers (user_id, channel_id) WHERE is_following;

-- What a message says of its mentions and, if replies were written, of its thread.
ALTER TABLE messages
    ADD COLUMN mentions UUID[], -- people named, by themselves or in a group; NULL: nobody
    ADD COLUMN mentions_channel BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN mentions_here BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN also_to_channel BOOLEAN NOT NULL DEFAULT FALSE, -- a reply that is shown in the channel, too
    ADD COLUMN last_reply_at TIMESTAMPTZ,
    ADD COLUMN thread_participants UUID[], -- the last to reply, at most 5; NULL: nobody
    ADD COLUMN revision BIGINT NOT NULL DEFAULT 0; -- of its channel, when it last changed after it was sent; 0: never

-- Each change of a message after it was sent (edit, deletion, pin, reaction, reply) is its channel's next revision, given
-- under the lock of the channel's row. So what changed while a client was away is what has a higher one than it knows.
ALTER TABLE channels
    ADD COLUMN last_revision BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN members_mention_everyone BOOLEAN; -- NULL: as in the workspace
CREATE INDEX messages_by_revision ON messages (channel_id, revision) WHERE revision > 0;

ALTER TABLE workspaces ADD COLUMN members_mention_everyone BOOLEAN NOT NULL DEFAULT TRUE;

-- People who are connected and not away: fed by presence's topic, for @here.
CREATE TABLE people_here (
    user_id UUID PRIMARY KEY
);

-- @group: people of a workspace who are mentioned by one name.
CREATE TABLE user_groups (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name VARCHAR(64) NOT NULL,
    description TEXT,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX user_groups_by_name ON user_groups (workspace_id, lower(name));

CREATE TABLE user_group_members (
    group_id UUID NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX user_group_members_by_user ON user_group_members (user_id);

CREATE TABLE custom_emoji (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name VARCHAR(64) NOT NULL,
    content_type TEXT NOT NULL CHECK (content_type IN ('image/png', 'image/gif', 'image/webp')),
    width INTEGER NOT NULL, -- pixels
    height INTEGER NOT NULL,
    image BYTEA NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, name)
);
