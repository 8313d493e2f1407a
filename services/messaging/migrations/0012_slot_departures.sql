-- Slots of channels that go or went to another database, as `python -m messaging.sharding` writes it down
-- (docs/sharding.md). One without a row never was elsewhere, or has come back.
CREATE TABLE slot_departures (
    slot INTEGER PRIMARY KEY CHECK (slot BETWEEN 0 AND 1023),
    target INTEGER NOT NULL, -- the number of the other database
    began_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    ended_at TIMESTAMPTZ -- since then nothing of it is here; NULL: all of it still is, and nothing of it changes
);

-- NULL for an id of something that belongs to no channel.
CREATE FUNCTION slot_of(id UUID) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN get_byte(uuid_send(id), 6) >> 4 = 8
        THEN (get_byte(uuid_send(id), 14) & 3) << 8 | get_byte(uuid_send(id), 15) END
$$;

-- Jobs leave what it names to whoever has it next.
CREATE FUNCTION is_leaving(id UUID) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM public.slot_departures WHERE slot = public.slot_of(id) AND ended_at IS NULL)
$$;

-- Looks to who writes like a server that cannot be reached just now, as which it is answered: 503, try again.
CREATE FUNCTION refuse_departed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the channels of this slot go to another database' USING ERRCODE = 'cannot_connect_now';
END $$;

-- Who had read which slots are here just before one went makes no channel in it.
CREATE FUNCTION refuse_channel_elsewhere() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.slot_departures WHERE slot = public.slot_of(NEW.id)) THEN
        RAISE EXCEPTION 'channels of slot % are in another database', public.slot_of(NEW.id)
            USING ERRCODE = 'cannot_connect_now';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER channels_where_their_slot_is BEFORE INSERT ON channels
    FOR EACH ROW EXECUTE FUNCTION refuse_channel_elsewhere();
