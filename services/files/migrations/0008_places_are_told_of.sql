-- Whoever waits for a place that is not known yet looks again.
CREATE FUNCTION wake_newcomers() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('places', '');
    RETURN NULL;
END $$;

CREATE TRIGGER workspace_members_added AFTER INSERT ON workspace_members
    FOR EACH STATEMENT EXECUTE FUNCTION wake_newcomers();
CREATE TRIGGER channels_added AFTER INSERT ON channels FOR EACH STATEMENT EXECUTE FUNCTION wake_newcomers();
CREATE TRIGGER channel_members_added AFTER INSERT ON channel_members
    FOR EACH STATEMENT EXECUTE FUNCTION wake_newcomers();
