"""How what topics tell reads for clients: to the members of a channel, and to a person about what is theirs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from eventbus import Event, Tombstone
from eventbus.wire import to_wire
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1 import personal_event_pb2 as own
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_event_pb2 import EmojiAdded, EmojiRemoved, GroupRemoved, GroupSaved, WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from gateway.frames import Encoded
from gateway.packets import encode_event
from gateway.people import channel_room, user_room
from gateway.recent import Kept

# An event's name and its body.
Telling = tuple[str, dict[str, object]]


def encode_receive(message: Mapping[str, object], channel: bytes, after: str) -> Encoded:
    """A posted message with its channel, whose JSON is at hand, and the place of whoever has heard it."""
    return encode_event("/", "message:receive", {"message": message, "channel": orjson.Fragment(channel)}, after)


def encode_place(after: str) -> Encoded:
    """For sockets that know already what was told to others: that they are as far."""
    return encode_event("/", "offset", after)


def kind_of(event: Event | Tombstone) -> type:
    """What an event carries."""
    payload = None if isinstance(event, Tombstone) else event.WhichOneof("payload")
    return type(getattr(event, payload)) if payload else type(event)


def _told(event: Event) -> dict[str, object]:
    return to_wire(getattr(event, event.WhichOneof("payload") or ""))


def member_of(tombstone: Tombstone) -> tuple[str, str]:
    """The workspace and the user whose membership ended."""
    workspace_id, _, user_id = tombstone.key.partition(":")
    return workspace_id, user_id


def _update(event: ChannelEvent) -> Telling:
    return "message:update", {"message": to_wire(event.message_updated.message)}


def _deletion(event: ChannelEvent) -> Telling:
    tombstone = event.message_deleted.message
    return "message:delete", {
        "messageId": tombstone.id, "channelId": event.channel_id, "message": to_wire(tombstone)
    }  # fmt: skip


def _arrival(event: ChannelEvent) -> Telling:
    return "member:joined", {"channelId": event.channel_id, "userId": event.member_joined.user_id}


def _departure(event: ChannelEvent) -> Telling:
    return "member:left", {"channelId": event.channel_id, "userId": event.member_left.user_id}


def _poll(event: ChannelEvent) -> Telling:
    """With whose vote it was, by which their other devices know that it is another now; of an anonymous poll that is
    always its author."""
    told = {"channelId": event.channel_id, **_told(event), "userId": event.meta.actor_id}
    return "poll:update", told


def _settings(event: ChannelEvent) -> Telling:
    return "channel:update", {"channel": to_wire(event.channel_updated.channel)}


def _in_channel(name: str) -> Callable[[ChannelEvent], Telling]:
    """Told under that name as it is, with the channel in which it is."""
    return lambda event: (name, {"channelId": event.channel_id, **_told(event)})


def _of_workspace(name: str) -> Callable[[WorkspaceEvent], Telling]:
    """That there is something new to be asked for; what, guests and members may not both see."""
    return lambda event: (name, {"workspaceId": event.workspace_id})


# What everybody in a workspace hears.
TO_WORKSPACE: Mapping[type, Callable[[Any], Telling]] = {
    EmojiAdded: _of_workspace("workspace:emoji"),
    EmojiRemoved: _of_workspace("workspace:emoji"),
    GroupSaved: _of_workspace("workspace:groups"),
    GroupRemoved: _of_workspace("workspace:groups"),
}


# What a channel's members hear, beside its messages.
TO_MEMBERS: Mapping[type, Callable[[Any], Telling]] = {
    said.MessageUpdated: _update,
    said.MessageDeleted: _deletion,
    said.ReactionAdded: _in_channel("reaction:add"),
    said.ReactionRemoved: _in_channel("reaction:remove"),
    said.ThreadUpdated: _in_channel("thread:update"),
    said.MemberJoined: _arrival,
    said.MemberLeft: _departure,
    said.ChannelUpdated: _settings,
    said.BookmarksChanged: _in_channel("channel:bookmarks"),
    said.ReceiptMoved: _in_channel("channel:receipt"),
    said.PollUpdated: _poll,
    said.MessagesPurged: _in_channel("messages:purged"),
    said.MessagesImported: _in_channel("messages:imported"),
}


def _channel_joined(event: ChannelEvent) -> Telling:
    return "channel:joined", {"channel": to_wire(event.member_joined.channel)}


def _channel_left(event: ChannelEvent) -> Telling:
    return "channel:left", {"channelId": event.channel_id}


def _workspace_joined(event: WorkspaceMemberEvent) -> Telling:
    return "workspace:joined", {"workspaceId": event.workspace_member_saved.workspace_id}


def _workspace_left(tombstone: Tombstone) -> Telling:
    return "workspace:left", {"workspaceId": member_of(tombstone)[0]}


def _own(name: str) -> Callable[[PersonalEvent], Telling]:
    """Told under that name as it is."""
    return lambda event: (name, _told(event))


# What somebody hears of what they did on another of their devices, or are to know.
OWN: Mapping[type, Callable[[Any], Telling]] = {
    own.ChannelRead: _own("channel:read"),
    own.ThreadRead: _own("thread:read"),
    own.ThreadFollowed: _own("thread:follow"),
    own.NotificationsChanged: _own("channel:notifications"),
    own.DraftChanged: _own("draft:update"),
    own.ScheduledMessageSaved: _own("scheduled:update"),
    own.ScheduledMessageFailed: _own("scheduled:failed"),
    own.ScheduledMessageGone: _own("scheduled:removed"),
    own.SavedMessageChanged: _own("saved:update"),
    own.ReminderSaved: _own("reminder:update"),
    own.ReminderDue: _own("reminder:due"),
    own.ReminderGone: _own("reminder:removed"),
    own.EphemeralMessage: _own("message:ephemeral"),
    own.MessageReported: _own("message:reported"),
    own.MemberSilenced: _own("member:silenced"),
    own.ReceiptSeen: _own("channel:receipt"),
    own.ReceiptsChanged: _own("receipts:update"),
    own.PreferencesChanged: _own("preferences:update"),
    own.TransferChanged: _own("transfer:update"),
}

# What somebody's own sockets hear.
TO_PERSON: Mapping[type, Callable[[Any], Telling]] = {
    **OWN,
    said.MemberJoined: _channel_joined,
    said.MemberLeft: _channel_left,
    WorkspaceMemberSaved: _workspace_joined,
    Tombstone: _workspace_left,
}


def rooms_of(event: Event | Tombstone, kind: type) -> tuple[str, ...]:
    """Who is to hear of an event of this kind: rooms of channels and of persons."""
    if isinstance(event, ChannelEvent) and kind is said.MessagePosted:
        # Of what came from elsewhere nobody is told one by one.
        return () if event.message_posted.message.is_imported else (channel_room(event.channel_id),)
    if isinstance(event, Tombstone):
        return (user_room(member_of(event)[1]),)
    if isinstance(event, ChannelEvent):
        members = (channel_room(event.channel_id),) if kind in TO_MEMBERS else ()
        person = _person(event)
        return (*members, user_room(person)) if person else members
    if isinstance(event, WorkspaceMemberEvent):
        return (user_room(event.workspace_member_saved.user_id),)
    return (user_room(event.user_id),) if isinstance(event, PersonalEvent) else ()


def _person(event: ChannelEvent) -> str:
    return event.member_joined.user_id or event.member_left.user_id


class Replay:
    """What somebody missed, as it would have been told them."""

    def __init__(self, kept: Sequence[Kept], user_id: str, socket_id: str, channels: Mapping[str, bytes]) -> None:
        """`channels` are those that they are in now, by id, with their JSON."""
        self._kept, self._user_id, self._socket_id, self._channels = kept, user_id, socket_id, channels

    def messages(self) -> Iterator[Encoded]:
        """In order. From a channel that they left meanwhile nothing, and nothing from before they joined."""
        events = [(kept, kept.event) for kept in self._kept]
        inside = set(self._channels) - self._came_later(events)
        for kept, event in events:
            kind = kind_of(event)
            if user_room(self._user_id) in kept.rooms:
                if kind is said.MemberJoined:
                    inside.add(event.channel_id)  # type: ignore[union-attr]
                elif kind is said.MemberLeft:
                    inside.discard(event.channel_id)  # type: ignore[union-attr]
                yield encode_event("/", *TO_PERSON[kind](event), kept.after)
            if isinstance(event, ChannelEvent) and event.channel_id in inside and event.channel_id in self._channels:
                if kind is not said.MessagePosted:
                    yield self._to_members(kept, TO_MEMBERS[kind], event)
                elif event.message_posted.origin_socket_id != self._socket_id:
                    yield self._posted(kept, event)

    def _came_later(self, events: Sequence[tuple[Kept, Event | Tombstone]]) -> set[str]:
        """The channels that they were not in at first: what is told of them first is that they joined."""
        first: dict[str, type] = {}
        for kept, event in events:
            if isinstance(event, ChannelEvent) and user_room(self._user_id) in kept.rooms:
                first.setdefault(event.channel_id, kind_of(event))
        return {channel_id for channel_id, kind in first.items() if kind is said.MemberJoined}

    def _to_members(self, kept: Kept, render: Callable[[Any], Telling], event: ChannelEvent) -> Encoded:
        if kept.encoded is None:
            kept.encoded = encode_event("/", *render(event), kept.after)
        return kept.encoded

    def _posted(self, kept: Kept, event: ChannelEvent) -> Encoded:
        if kept.encoded is None:
            message = to_wire(event.message_posted.message)
            kept.encoded = encode_receive(message, self._channels[event.channel_id], kept.after)
        return kept.encoded
