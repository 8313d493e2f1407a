-- Who may do what, where a workspace or channel says it otherwise than the rules do: {"pin": "admin"} is the least that
-- somebody must be. A channel's word wins over its workspace's.
ALTER TABLE workspaces
    ADD COLUMN permissions JSONB NOT NULL DEFAULT '{}',
    ADD COLUMN members_see_edits BOOLEAN NOT NULL DEFAULT TRUE,
    ADD COLUMN retention_spares_pins BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE channels
    ADD COLUMN permissions JSONB NOT NULL DEFAULT '{}',
    ADD COLUMN posters UUID[] NOT NULL DEFAULT '{}', -- people who post whatever the right to post says
    ADD COLUMN slow_mode_seconds INTEGER NOT NULL DEFAULT 0, -- between two posts of one person; 0: none
    ADD COLUMN retention_days INTEGER, -- NULL: as in the workspace; 0: for ever
    ADD COLUMN retained_from BIGINT NOT NULL DEFAULT 1; -- what has a lower number was looked at by retention
ALTER TABLE workspace_members ADD COLUMN silenced_until TIMESTAMPTZ; -- by a moderator: reads, but says nothing
ALTER TABLE channel_members
    ADD COLUMN silenced_until TIMESTAMPTZ,
    ADD COLUMN last_posted_at TIMESTAMPTZ; -- kept where there is a slow mode

ALTER TABLE messages
    ADD COLUMN is_hidden BOOLEAN NOT NULL DEFAULT FALSE, -- by a moderator: what it says is in kept_contents
    ADD COLUMN is_purged BOOLEAN NOT NULL DEFAULT FALSE; -- by retention: the number stays, nothing else does

-- What messages said before they were edited.
CREATE TABLE message_versions (
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    version INTEGER NOT NULL, -- 1, 2, 3 ... oldest first
    content TEXT NOT NULL,
    formatted_content JSONB,
    attachments JSONB NOT NULL,
    written_at TIMESTAMPTZ NOT NULL, -- when it began to say this
    PRIMARY KEY (message_id, version)
);

-- What a message said that shows nothing now: hidden, until a moderator shows it again; deleted by people, for as long
-- as a legal hold covers it.
CREATE TABLE kept_contents (
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    reason VARCHAR(20) NOT NULL CHECK (reason IN ('hidden', 'held')),
    content JSONB NOT NULL, -- the columns of the message
    kept_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, reason)
);

-- While it is open nothing is removed for good of what a person wrote, or of what was said in a channel.
CREATE TABLE legal_holds (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name VARCHAR(255) NOT NULL,
    user_id UUID,
    channel_id UUID REFERENCES channels (id) ON DELETE CASCADE,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    released_by UUID,
    released_at TIMESTAMPTZ,
    CHECK (num_nonnulls(user_id, channel_id) = 1)
);
CREATE INDEX open_legal_holds ON legal_holds (workspace_id) WHERE released_at IS NULL;

-- What retention removed, from where. A report is closed by its signature.
CREATE TABLE retention_reports (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    messages INTEGER NOT NULL DEFAULT 0,
    closed_at TIMESTAMPTZ,
    signature TEXT
);
CREATE INDEX retention_reports_by_workspace ON retention_reports (workspace_id, id);
CREATE UNIQUE INDEX one_open_retention_report ON retention_reports (workspace_id) WHERE closed_at IS NULL;

CREATE TABLE retention_report_lines (
    report_id UUID NOT NULL REFERENCES retention_reports (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    line TEXT NOT NULL, -- JSON, as it is signed
    PRIMARY KEY (report_id, number)
);

-- Messages that people brought to the moderators' notice.
CREATE TABLE message_reports (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    channel_id UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    reported_by UUID NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    resolution VARCHAR(20) CHECK (resolution IN ('acted', 'dismissed')),
    resolved_by UUID,
    resolved_at TIMESTAMPTZ
);
CREATE INDEX message_reports_by_workspace ON message_reports (workspace_id, id);
CREATE UNIQUE INDEX one_open_report_a_person ON message_reports (message_id, reported_by) WHERE resolved_at IS NULL;

-- Who decided what: never changed, each row's hash covers the one before it.
CREATE TABLE audit_entries (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number BIGINT NOT NULL, -- 1, 2, 3 ... in its workspace
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID, -- NULL: retention itself
    action TEXT NOT NULL,
    details JSONB NOT NULL,
    hash BYTEA NOT NULL, -- SHA-256
    PRIMARY KEY (workspace_id, number)
);
CREATE INDEX audit_entries_by_actor ON audit_entries (workspace_id, actor_id, number);
CREATE INDEX audit_entries_by_action ON audit_entries (workspace_id, action, number);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are not changed';
END $$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_are_not_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
