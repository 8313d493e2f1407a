"""What becomes of each table where there are several databases; a test compares this with the migrations."""

from collections.abc import Mapping

# Belongs to no channel: written at home alone, and replicated to the others, which look at it. With the condition that
# its rows must meet where others of the table belong to channels: those are where their channels are.
COPIED: Mapping[str, str] = {
    "users": "",
    "people_here": "",
    "workspaces": "",
    "workspace_members": "",
    "user_groups": "",
    "user_group_members": "",
    "custom_emoji": "",
    "preferences": "",
    "commands": "",
    "endpoints": "(get_byte(uuid_send(integration_id), 6) >> 4) <> 8",
    "legal_holds": "channel_id IS NULL",
}

# Which rows belong to some channels, `{channels}`, or by their own id to a slot, `{slot:<column>}`. Those to which
# others refer stand before these.
_OF_MESSAGES = "message_id IN (SELECT id FROM messages WHERE channel_id IN ({channels}))"
OF_CHANNELS: Mapping[str, str] = {
    "channels": "id IN ({channels})",
    "channel_members": "channel_id IN ({channels})",
    "messages": "channel_id IN ({channels})",
    "message_mentions": "channel_id IN ({channels})",
    "message_versions": _OF_MESSAGES,
    "kept_contents": _OF_MESSAGES,
    "message_reports": "channel_id IN ({channels})",
    "poll_votes": _OF_MESSAGES,
    "preview_jobs": "channel_id IN ({channels})",
    "thread_followers": "channel_id IN ({channels})",
    "thread_reads": _OF_MESSAGES.replace("message_id", "thread_id"),
    "channel_bookmarks": "channel_id IN ({channels})",
    "drafts": "channel_id IN ({channels})",
    "scheduled_messages": "channel_id IN ({channels})",
    "saved_messages": "{slot:message_id}",
    "reminders": "{slot:id}",
    "incoming_hooks": "channel_id IN ({channels})",
    "outgoing_hooks": "channel_id IN ({channels})",
    "deliveries": "hook_id IN (SELECT id FROM outgoing_hooks WHERE channel_id IN ({channels}))",
    "command_runs": "channel_id IN ({channels})",
    "transfer_steps": "channel_id IN ({channels})",
    "endpoints": "{slot:integration_id}",
    "legal_holds": "channel_id IN ({channels})",
}

# Each database has its own of these, or home alone has them.
OWN = (
    "outbox", "inbox", "schema_migrations", "audit_entries", "invitations", "link_pages", "retention_reports",
    "retention_report_lines", "transfers", "transfer_pieces", "transfer_records", "transfer_skips", "imported_things",
    "directory_backlog", "slot_departures", "unfit_files", "arrivals", "former_members",
)  # fmt: skip


def rows_of(condition: str, slot: int) -> str:
    """The condition for one slot, as SQL."""
    for column in ("message_id", "id", "integration_id"):
        condition = condition.replace(f"{{slot:{column}}}", _in_slot(column, slot))
    return condition.replace("{channels}", "SELECT id FROM channels WHERE " + _in_slot("id", slot))  # noqa: S608


def column_of(table: str) -> str:
    """The column of a table of channels that says by its id in which slot a row is."""
    return OF_CHANNELS[table].removeprefix("{slot:").partition(" ")[0].rstrip("}")


def _in_slot(column: str, slot: int) -> str:
    return f"slot_of({column}) = {slot:d}"
