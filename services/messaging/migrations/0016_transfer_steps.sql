-- How far an import has come in a channel that is in another database than the import, and what its last step came to:
-- whoever goes on after somebody was killed between the two databases finds it. A row goes with its channel.
CREATE TABLE transfer_steps (
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    transfer_id UUID NOT NULL, -- the import, at home
    channel_key TEXT NOT NULL, -- what the channel is called where it comes from; several may become one
    place BIGINT NOT NULL, -- of the last message that is stored, as is its key
    key TEXT NOT NULL,
    outcome JSONB NOT NULL, -- of the step that ended with it
    kept_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, transfer_id, channel_key)
);
CREATE INDEX transfer_steps_by_age ON transfer_steps (kept_at);
