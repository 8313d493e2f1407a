-- The directory's topics now tell who may say something, too: what was there before is announced anew.
INSERT INTO directory_backlog (is_only) SELECT TRUE WHERE EXISTS (SELECT FROM workspaces)
ON CONFLICT (is_only) DO UPDATE SET step = excluded.step, channel_id = excluded.channel_id, user_id = excluded.user_id;
