-- How far each member has read, and of what they want to hear. Counts are never stored: they follow from these numbers
-- and the messages themselves, so they cannot drift.
ALTER TABLE channel_members
    ADD COLUMN last_read_seq BIGINT NOT NULL DEFAULT 0, -- everything up to it is read
    ADD COLUMN furthest_read_seq BIGINT NOT NULL DEFAULT 0, -- what others see as a receipt: marking unread takes nothing back
    ADD COLUMN read_at TIMESTAMPTZ, -- when furthest_read_seq last moved
    ADD COLUMN level VARCHAR(20) NOT NULL DEFAULT 'all' CHECK (level IN ('all', 'mentions', 'nothing')),
    ADD COLUMN muted_until TIMESTAMPTZ;
ALTER TABLE channel_members SET (fillfactor = 80); -- reading updates the row: room for that to stay on the page
UPDATE channel_members m SET last_read_seq = c.last_seq, furthest_read_seq = c.last_seq
FROM channels c WHERE c.id = m.channel_id;

-- What can be unread in a channel, so that counting reads the index alone.
CREATE INDEX messages_that_count ON messages (channel_id, seq) INCLUDE (user_id)
    WHERE NOT is_deleted AND (parent_message_id IS NULL OR also_to_channel);

-- How far somebody has read a thread; without a row, nothing of it.
CREATE TABLE thread_reads (
    user_id UUID NOT NULL,
    thread_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE, -- the thread's first message
    last_read_seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, thread_id)
) WITH (fillfactor = 80);
CREATE INDEX thread_reads_by_thread ON thread_reads (thread_id); -- for the cascade
