-- What is unread follows from numbers that have no gaps: those after the marker, less the few that count for nobody, and
-- one's own. Two short look-ups a channel, however much of it is unread.
DROP INDEX messages_that_count;
CREATE INDEX messages_that_count_for_nobody ON messages (channel_id, seq)
    WHERE is_deleted OR is_imported OR (parent_message_id IS NOT NULL AND NOT also_to_channel);
CREATE INDEX messages_that_count_by_author ON messages (channel_id, user_id, seq)
    WHERE NOT is_deleted AND NOT is_imported AND (parent_message_id IS NULL OR also_to_channel);
