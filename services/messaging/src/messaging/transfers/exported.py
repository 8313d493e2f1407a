"""What of a workspace is exported, in an order that does not hang on this installation's ids."""

WORKSPACE = "SELECT * FROM workspaces WHERE id = $1"
# What the owner could read, or with $3 everything; or one channel, $4.
CHANNELS = """
    SELECT c.* FROM channels c
    WHERE c.workspace_id = $1 AND ($4::uuid IS NULL OR c.id = $4) AND ($3 OR c.type = 'public' OR EXISTS (
        SELECT FROM channel_members m WHERE m.channel_id = c.id AND m.user_id = $2))
    ORDER BY c.created_at, c.type, c.name
"""
AUTHORS = "SELECT DISTINCT user_id FROM messages WHERE channel_id = ANY($1) AND via IS NULL"
# Members, and whoever else wrote what is exported.
PEOPLE = """
    SELECT u.id, u.name, u.email, u.is_bot, m.role, m.status, m.permissions FROM users u
    LEFT JOIN workspace_members m ON m.workspace_id = $1 AND m.user_id = u.id
    WHERE CASE WHEN $3::uuid IS NULL THEN m.user_id IS NOT NULL OR u.id = ANY($2) ELSE u.id = $3 END
    ORDER BY lower(u.email), u.name, u.id
"""
MEMBERS = """
    SELECT m.user_id, m.role FROM channel_members m LEFT JOIN users u ON u.id = m.user_id
    WHERE m.channel_id = $1 ORDER BY lower(u.email), u.name, m.user_id
"""
BOOKMARKS = "SELECT * FROM channel_bookmarks WHERE channel_id = $1 ORDER BY position"
GROUPS = """
    SELECT g.*, ARRAY(SELECT m.user_id FROM user_group_members m LEFT JOIN users u ON u.id = m.user_id
        WHERE m.group_id = g.id ORDER BY lower(u.email), u.name, m.user_id) AS member_ids
    FROM user_groups g WHERE g.workspace_id = $1 ORDER BY lower(g.name)
"""
EMOJI = "SELECT * FROM custom_emoji WHERE workspace_id = $1 ORDER BY name"
COUNT = "SELECT count(*) FROM messages WHERE channel_id = ANY($1) AND ($2::uuid IS NULL OR user_id = $2)"
MESSAGES = """
    SELECT m.*, p.created_at AS parent_at FROM messages m LEFT JOIN messages p ON p.id = m.parent_message_id
    WHERE m.channel_id = $1 AND m.seq > $2 AND ($4::uuid IS NULL OR m.user_id = $4) ORDER BY m.seq LIMIT $3
"""
KEPT = "SELECT message_id, reason, content FROM kept_contents WHERE message_id = ANY($1) AND reason = ANY($2)"
VOTES = "SELECT * FROM poll_votes WHERE message_id = ANY($1) ORDER BY message_id, voted_at, option_id, user_id"
VERSIONS = "SELECT * FROM message_versions WHERE message_id = ANY($1) ORDER BY message_id, version"
FOLLOWERS = """
    SELECT f.thread_id AS message_id, f.user_id, f.is_following FROM thread_followers f
    LEFT JOIN users u ON u.id = f.user_id
    WHERE f.thread_id = ANY($1) ORDER BY f.thread_id, lower(u.email), u.name, f.user_id
"""
