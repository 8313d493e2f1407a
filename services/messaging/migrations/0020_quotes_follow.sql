-- What was passed on says nothing any more once its message is hidden or deleted.
CREATE INDEX messages_that_pass_on ON messages ((forwarded->>'messageId')) WHERE forwarded IS NOT NULL;
CREATE INDEX messages_that_pass_on_two ON messages ((forwarded->'forwarded'->>'messageId')) WHERE forwarded IS NOT NULL;
CREATE INDEX hidden_that_pass_on ON kept_contents ((content->'forwarded'->>'messageId')) WHERE reason = 'hidden';
CREATE INDEX hidden_that_pass_on_two ON kept_contents ((content->'forwarded'->'forwarded'->>'messageId'))
    WHERE reason = 'hidden';

-- 'quote': what a message passed on, which a hold covers, before that was hidden or deleted.
ALTER TABLE kept_contents DROP CONSTRAINT kept_contents_reason_check;
ALTER TABLE kept_contents ADD CHECK (reason IN ('hidden', 'held', 'quote'));

-- What was hidden or deleted before. Imports can have brought quotes of messages that never came, under names of elsewhere.
CREATE FUNCTION pg_temp.id_of(name TEXT) RETURNS UUID LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN name::uuid END $$;
UPDATE messages m SET forwarded = m.forwarded || jsonb_build_object('content', '', 'formattedContent', NULL,
    'attachments', '[]'::jsonb, 'forwarded', NULL, CASE WHEN s.is_deleted THEN 'isDeleted' ELSE 'isHidden' END, TRUE)
FROM messages s WHERE m.forwarded IS NOT NULL AND s.id = pg_temp.id_of(m.forwarded->>'messageId')
    AND (s.is_deleted AND NOT s.is_purged OR s.is_hidden);
UPDATE messages m SET forwarded = jsonb_set(m.forwarded, '{forwarded}', m.forwarded->'forwarded' || jsonb_build_object(
    'content', '', 'formattedContent', NULL, 'attachments', '[]'::jsonb,
    CASE WHEN s.is_deleted THEN 'isDeleted' ELSE 'isHidden' END, TRUE))
FROM messages s WHERE m.forwarded IS NOT NULL AND s.id = pg_temp.id_of(m.forwarded->'forwarded'->>'messageId')
    AND (s.is_deleted AND NOT s.is_purged OR s.is_hidden);
