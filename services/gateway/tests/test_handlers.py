"""What topics tell becomes what sockets hear, once, however often it is delivered."""

import json
from typing import Any

from entrance import Guest, Hall, a_channel, joined, left, posted, somebody
from gateway.people import workspace_room
from gateway.sessions import Reason, State
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionOpened, SessionRevoked
from nexus.messaging.v1.channel_event_pb2 import (
    Channel,
    ChannelCreated,
    ChannelEvent,
    ChannelUpdated,
    MessageDeleted,
    MessagesImported,
    MessageUpdated,
    ReactionAdded,
    ReactionRemoved,
    ThreadUpdated,
)
from nexus.messaging.v1.workspace_event_pb2 import EmojiAdded, GroupRemoved, WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved


def bodies(guest: Guest, name: str) -> list[Any]:
    told = [json.loads(each[2:]) for each in guest.listen() if each.startswith("42")]
    return [args[0] for event, *args in told if event == name]


async def a_member(hall: Hall, channel_id: str, user_id: str | None = None, last_seq: int = 0) -> Guest:
    hall.state = {"channels": [a_channel(channel_id, last_seq)], "workspaceIds": []}
    return await hall.admitted(hall.tokens.token(user_id))


async def test_a_message_delivered_again_is_heard_once(hall: Hall) -> None:
    guest = await a_member(hall, channel_id := somebody())
    await hall.tell(posted(channel_id, 1), posted(channel_id, 2), posted(channel_id, 1), posted(channel_id, 2))
    assert [told["message"]["seq"] for told in bodies(guest, "message:receive")] == [1, 2]


async def test_what_comes_from_elsewhere_is_told_once_for_all_and_what_follows_is_heard(hall: Hall) -> None:
    guest = await a_member(hall, channel_id := somebody())
    imported = [posted(channel_id, seq) for seq in (1, 2, 3)]
    for event in imported:
        event.message_posted.message.is_imported = True
    told = ChannelEvent(channel_id=channel_id, messages_imported=MessagesImported(first_seq=1, last_seq=3))
    await hall.tell(*imported, told, posted(channel_id, 4))
    said = [json.loads(each[2:]) for each in guest.listen() if each.startswith("42")]
    assert [name for name, *_ in said if name.startswith("message")] == ["messages:imported", "message:receive"]
    (counted,) = [args[0] for name, *args in said if name == "messages:imported"]
    assert counted == {"channelId": channel_id, "firstSeq": 1, "lastSeq": 3}
    (heard,) = [args[0]["message"]["seq"] for name, *args in said if name == "message:receive"]
    assert heard == 4


async def test_changes_deletions_and_reactions_are_told_as_they_are(hall: Hall) -> None:
    guest = await a_member(hall, channel_id := somebody())
    message = posted(channel_id, 1).message_posted.message
    reaction = {"message_id": message.id, "user_id": somebody(), "emoji": "🎉"}
    for payload in (
        {"message_updated": MessageUpdated(message=message)},
        {"message_deleted": MessageDeleted(message=message)},
        {"reaction_added": ReactionAdded(**reaction)},
        {"reaction_removed": ReactionRemoved(**reaction)},
        {"thread_updated": ThreadUpdated(message_id=message.id, thread_reply_count=2, participants=["x"], revision=7)},
        {"channel_updated": ChannelUpdated(channel=Channel(id=channel_id, name="new"))},
        {"channel_created": ChannelCreated(channel=Channel(id=channel_id))},
    ):
        await hall.tell(ChannelEvent(channel_id=channel_id, **payload))  # type: ignore[arg-type]
    told = {
        "channelId": channel_id,
        "messageId": message.id,
        "userId": reaction["user_id"],
        "emoji": "🎉",
    }
    (updated,) = bodies(guest, "message:update")
    assert updated["message"]["id"] == message.id
    assert bodies(guest, "message:delete") == [
        {"messageId": message.id, "channelId": channel_id, "message": updated["message"]}
    ]
    for name in ("reaction:add", "reaction:remove"):
        (heard,) = bodies(guest, name)
        assert heard.items() >= told.items()
    assert [each["channel"]["name"] for each in bodies(guest, "channel:update")] == ["new"]
    assert bodies(guest, "thread:update") == [
        {
            "channelId": channel_id,
            "messageId": message.id,
            "threadReplyCount": 2,
            "lastReplyAt": None,
            "participants": ["x"],
            "revision": 7,
        }
    ]
    assert len(guest.events()) == 6


async def test_what_is_said_in_a_channel_that_nobody_here_is_in_costs_nothing(hall: Hall) -> None:
    guest = await hall.admitted(hall.tokens.token())
    await hall.tell(posted(somebody(), 1), left(somebody(), somebody()), joined(somebody(), somebody()))
    assert guest.events() == []
    assert len(hall.channels) == 0


async def test_who_joins_hears_what_comes_after_and_is_told_once(hall: Hall) -> None:
    channel_id, user_id = somebody(), somebody()
    member = await a_member(hall, channel_id)
    hall.state = {"channels": [], "workspaceIds": []}
    newcomer = await hall.admitted(hall.tokens.token(user_id))
    event = joined(channel_id, user_id, 1)
    await hall.tell(posted(channel_id, 1), event, event, posted(channel_id, 2))
    assert [told["channel"]["id"] for told in bodies(newcomer, "channel:joined")] == [channel_id]
    assert [told["message"]["seq"] for told in bodies(newcomer, "message:receive")] == [2]
    assert bodies(member, "member:joined")[0] == {"channelId": channel_id, "userId": user_id}


async def test_who_leaves_is_told_once_and_hears_nothing_that_comes_after(hall: Hall) -> None:
    channel_id, user_id = somebody(), somebody()
    member, leaver = await a_member(hall, channel_id), await a_member(hall, channel_id, user_id)
    await hall.tell(posted(channel_id, 1), left(channel_id, user_id), left(channel_id, user_id), posted(channel_id, 2))
    assert leaver.events() == ["message:receive", "channel:left"]
    assert bodies(leaver, "channel:left") == [{"channelId": channel_id}]
    assert bodies(member, "member:left")[0] == {"channelId": channel_id, "userId": user_id}
    assert len(bodies(member, "message:receive")) == 2


async def test_everybody_in_a_workspace_hears_of_its_emoji_and_groups_and_nobody_else(hall: Hall) -> None:
    workspace_id = somebody()
    hall.state = {"channels": [], "workspaceIds": [workspace_id]}
    inside = await hall.admitted(hall.tokens.token())
    hall.state = {"channels": [], "workspaceIds": [somebody()]}
    outside = await hall.admitted(hall.tokens.token())
    await hall.tell(
        WorkspaceEvent(workspace_id=workspace_id, emoji_added=EmojiAdded(id=somebody(), name="wave")),
        WorkspaceEvent(workspace_id=workspace_id, group_removed=GroupRemoved(id=somebody())),
    )
    heard = [json.loads(each[2:])[:2] for each in inside.listen() if each.startswith("42")]
    assert [event for event in heard if event[0].startswith("workspace:")] == [
        ["workspace:emoji", {"workspaceId": workspace_id}], ["workspace:groups", {"workspaceId": workspace_id}]
    ]  # fmt: skip
    assert bodies(outside, "workspace:emoji") == []


async def test_workspaces_are_joined_and_left_once(hall: Hall) -> None:
    user_id, workspace_id = somebody(), somebody()
    guest = await hall.admitted(hall.tokens.token(user_id))
    saved = WorkspaceMemberEvent(
        member_key=f"{workspace_id}:{user_id}",
        workspace_member_saved=WorkspaceMemberSaved(workspace_id=workspace_id, user_id=user_id, role="member"),
    )
    await hall.tell(saved, saved)
    assert bodies(guest, "workspace:joined") == [{"workspaceId": workspace_id}]
    assert workspace_room(workspace_id) in hall.clients.rooms
    gone = f"{workspace_id}:{user_id}"
    await hall.tell_gone(WorkspaceMemberEvent, gone, gone)
    assert bodies(guest, "workspace:left") == [{"workspaceId": workspace_id}]
    assert workspace_room(workspace_id) not in hall.clients.rooms


async def test_an_ended_session_closes_its_sockets_and_no_others(hall: Hall) -> None:
    session_id, user_id = somebody(), somebody()
    ended = await hall.admitted(hall.tokens.token(user_id, session_id=session_id))
    other = await hall.admitted(hall.tokens.token(user_id))
    event = SessionEvent(session_id=session_id, session_revoked=SessionRevoked(user_id=user_id))
    await hall.tell(SessionEvent(session_id=session_id, session_opened=SessionOpened()), event, event)
    assert ended.session.ended_by is Reason.SERVER_CLOSE
    assert other.session.state is State.OPEN
    assert bodies(ended, "error")[0]["error"]["type"] == "session_revoked"
    assert "41" in ended.heard
    refused = await hall.knock(hall.tokens.token(user_id, session_id=session_id)).refusal()
    assert refused["message"] == "unauthenticated"


async def test_an_event_without_a_known_payload_is_passed_over(hall: Hall) -> None:
    guest = await a_member(hall, channel_id := somebody())
    await hall.tell(ChannelEvent(channel_id=channel_id))
    await hall.tell_gone(SessionEvent, somebody())
    assert guest.events() == []
