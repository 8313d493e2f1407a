-- Into which channels an invitation lets; none: the workspace's default ones.
ALTER TABLE invitations ADD COLUMN channel_ids UUID[] NOT NULL DEFAULT '{}';

-- The draft as a document in its canonical form, if that says more than its text.
ALTER TABLE drafts ADD COLUMN formatted_content JSONB;

-- As identity tells: shut out of the organization.
ALTER TABLE users ADD COLUMN is_deactivated BOOLEAN NOT NULL DEFAULT FALSE;

-- What people want for themselves, wherever they are; who has no row wants what is usual.
CREATE TABLE preferences (
    user_id UUID PRIMARY KEY,
    -- Both ways: who sends none sees none.
    sends_read_receipts BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
