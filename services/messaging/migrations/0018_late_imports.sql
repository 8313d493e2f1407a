-- What an import puts behind newer messages of a channel is older than its number says: retention finds it here.
CREATE INDEX messages_imported_by_age ON messages (channel_id, created_at) WHERE is_imported AND NOT is_purged;
