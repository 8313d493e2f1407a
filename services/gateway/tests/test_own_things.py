"""What concerns one person alone reaches their sockets and nobody else's; bookmarks reach a channel's members."""

import json
from typing import Any

import pytest
from entrance import Guest, Hall, a_channel, somebody
from google.protobuf.message import Message
from nexus.messaging.v1 import personal_event_pb2 as own
from nexus.messaging.v1.channel_event_pb2 import Bookmark, BookmarksChanged, ChannelEvent, ReceiptMoved
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent

SCHEDULED = own.ScheduledMessage(id="s", channel_id="c", message='{"content": "later"}', failure="archived")
REMINDER = own.Reminder(id="r", text="tea", state="due")


def heard(guest: Guest) -> list[Any]:
    """Names and bodies of the events, without their places in the stream."""
    told = [json.loads(each[2:]) for each in guest.listen() if each.startswith("42")]
    return [(event, args[0]) for event, *args in told if event != "offset"]


@pytest.mark.parametrize(
    ("name", "field", "payload", "some"),
    [
        (
            "channel:read",
            "channel_read",
            own.ChannelRead(channel_id="c", last_read_seq=4, unread=2),
            {"lastReadSeq": 4},
        ),
        ("thread:follow", "thread_followed", own.ThreadFollowed(thread_id="t", is_following=True), {"threadId": "t"}),
        ("thread:read", "thread_read", own.ThreadRead(thread_id="t", last_read_seq=4), {"threadId": "t"}),
        ("channel:notifications", "notifications_changed", own.NotificationsChanged(level="all"), {"mutedUntil": None}),
        ("draft:update", "draft_changed", own.DraftChanged(channel_id="c", content="hi", version=7), {"version": 7}),
        ("draft:update", "draft_changed", own.DraftChanged(channel_id="c", version=8), {"content": None}),
        ("scheduled:update", "scheduled_message_saved", own.ScheduledMessageSaved(scheduled=SCHEDULED), {}),
        ("scheduled:failed", "scheduled_message_failed", own.ScheduledMessageFailed(scheduled=SCHEDULED), {}),
        ("scheduled:removed", "scheduled_message_gone", own.ScheduledMessageGone(id="s"), {"messageId": None}),
        ("saved:update", "saved_message_changed", own.SavedMessageChanged(message_id="m"), {"isSaved": False}),
        ("reminder:update", "reminder_saved", own.ReminderSaved(reminder=REMINDER), {}),
        ("reminder:due", "reminder_due", own.ReminderDue(reminder=REMINDER), {}),
        ("reminder:removed", "reminder_gone", own.ReminderGone(id="r"), {"id": "r"}),
        (
            "member:silenced",
            "member_silenced",
            own.MemberSilenced(workspace_id="w"),
            {"channelId": None, "until": None},
        ),
        ("channel:receipt", "receipt_seen", own.ReceiptSeen(channel_id="c", last_read_seq=7), {"lastReadSeq": 7}),
        ("receipts:update", "receipts_changed", own.ReceiptsChanged(user_id="u"), {"sendsReadReceipts": False}),
        ("preferences:update", "preferences_changed", own.PreferencesChanged(), {"sendsReadReceipts": False}),
    ],
)
async def test_all_sockets_of_one_person_hear_of_their_things(
    hall: Hall, name: str, field: str, payload: Message, some: dict[str, Any]
) -> None:
    owner = somebody()
    phone, laptop = [await hall.admitted(hall.tokens.token(owner)) for _ in range(2)]
    other = await hall.admitted(hall.tokens.token(somebody()))
    event = PersonalEvent(user_id=owner)
    getattr(event, field).CopyFrom(payload)
    await hall.tell(event)
    ((told, body),) = heard(phone)
    assert told == name
    assert some.items() <= body.items()
    assert heard(laptop) == [(told, body)]
    assert heard(other) == []


async def test_members_of_a_channel_hear_of_its_bookmarks(hall: Hall) -> None:
    channel_id = somebody()
    hall.state = {"channels": [a_channel(channel_id, 0)], "workspaceIds": []}
    member = await hall.admitted(hall.tokens.token(somebody()))
    hall.state = {"channels": [], "workspaceIds": []}
    other = await hall.admitted(hall.tokens.token(somebody()))
    changed = BookmarksChanged(bookmarks=[Bookmark(id="b", title="Roadmap", url="https://example.com")])
    await hall.tell(ChannelEvent(channel_id=channel_id, bookmarks_changed=changed))
    ((name, body),) = heard(member)
    assert (name, body["channelId"]) == ("channel:bookmarks", channel_id)
    assert [bookmark["title"] for bookmark in body["bookmarks"]] == ["Roadmap"]
    assert heard(other) == []


async def test_members_of_a_conversation_hear_how_far_the_others_have_read(hall: Hall) -> None:
    channel_id, reader = somebody(), somebody()
    hall.state = {"channels": [a_channel(channel_id, 0)], "workspaceIds": []}
    member = await hall.admitted(hall.tokens.token(somebody()))
    await hall.tell(ChannelEvent(channel_id=channel_id, receipt_moved=ReceiptMoved(user_id=reader, last_read_seq=7)))
    assert heard(member) == [("channel:receipt", {"channelId": channel_id, "userId": reader, "lastReadSeq": 7})]
