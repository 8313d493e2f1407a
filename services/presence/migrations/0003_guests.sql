-- Guests see the people of their channels alone; fed by messaging's topics.
ALTER TABLE workspace_members ADD COLUMN is_guest BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX guests ON workspace_members (user_id) WHERE is_guest;

CREATE TABLE channel_members (
    channel_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (channel_id, user_id)
);
CREATE INDEX channel_members_by_user ON channel_members (user_id);
