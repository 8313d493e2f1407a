-- How far what was there before the directory's topics began has been announced on them: the last channel, then the last
-- member; one row, gone once all is announced. A new database has nothing to announce.
CREATE TABLE directory_backlog (
    is_only BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_only),
    step TEXT NOT NULL DEFAULT 'channels' CHECK (step IN ('channels', 'members')),
    channel_id UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    user_id UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);

INSERT INTO directory_backlog (is_only) SELECT TRUE WHERE EXISTS (SELECT FROM channels);
