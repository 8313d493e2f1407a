-- What moderators hid asks nothing and has no buttons either: both wait beside what it said.
UPDATE kept_contents k SET content = k.content || jsonb_build_object('poll', m.poll, 'actions', m.actions)
FROM messages m WHERE k.reason = 'hidden' AND m.id = k.message_id;
UPDATE messages m SET poll = NULL, actions = NULL
FROM kept_contents k WHERE k.reason = 'hidden' AND m.id = k.message_id;
