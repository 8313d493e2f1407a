"""What the gateway hears from topics, and what that means for the sockets that are open here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eventbus import Event, Seen, Tombstone
from eventbus.wire import to_wire
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionRevoked
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from gateway.arrivals import Arrivals, Revocations
from gateway.channels import Channels
from gateway.people import Clients, session_room, user_room, workspace_room
from gateway.sessions import Reason


class Feed:
    """Takes events from topics to sockets. Nothing here waits: an event is told in the tick in which it came."""

    def __init__(self, clients: Clients, channels: Channels, arrivals: Arrivals, revocations: Revocations) -> None:
        self.clients, self.channels = clients, channels
        self.arrivals, self.revocations = arrivals, revocations

    async def take(self, events: Sequence[Seen]) -> None:
        for seen in events:
            handle = CONSUMES[seen.event_type].get(_kind(seen.event))
            if handle is not None:
                handle(seen.event, self)

    async def start_over(self) -> None:
        """Events were lost to us: every client reconnects, and catches up from what is stored."""
        for socket in (*self.clients.sockets.values(), *self.arrivals.settling):
            socket.close(Reason.GOING_AWAY)


def _kind(event: Event | Tombstone) -> type:
    payload = None if isinstance(event, Tombstone) else event.WhichOneof("payload")
    return type(getattr(event, payload)) if payload else type(event)


def receive_message(event: ChannelEvent, feed: Feed) -> None:
    if event.channel_id in feed.channels:
        message = event.message_posted.message
        feed.channels.receive(event.channel_id, message.seq, to_wire(message), event.message_posted.origin_socket_id)


def show_change(event: ChannelEvent, feed: Feed) -> None:
    if event.channel_id in feed.channels:
        feed.channels.tell(event.channel_id, "message:update", {"message": to_wire(event.message_updated.message)})


def show_deletion(event: ChannelEvent, feed: Feed) -> None:
    if event.channel_id in feed.channels:
        tombstone = event.message_deleted.message
        told = {"messageId": tombstone.id, "channelId": event.channel_id, "message": to_wire(tombstone)}
        feed.channels.tell(event.channel_id, "message:delete", told)


def show_reaction(event: ChannelEvent, feed: Feed) -> None:
    if event.channel_id in feed.channels:
        feed.channels.tell(event.channel_id, "reaction:add", _reaction(event.channel_id, event.reaction_added))


def withdraw_reaction(event: ChannelEvent, feed: Feed) -> None:
    if event.channel_id in feed.channels:
        feed.channels.tell(event.channel_id, "reaction:remove", _reaction(event.channel_id, event.reaction_removed))


def _reaction(channel_id: str, reaction: said.ReactionAdded | said.ReactionRemoved) -> dict[str, object]:
    return {"channelId": channel_id, **to_wire(reaction)}


def let_in(event: ChannelEvent, feed: Feed) -> None:
    """A new member's sockets hear the channel from here on, and the others hear of them."""
    joined = event.member_joined
    channel = to_wire(joined.channel)
    for socket in feed.clients.rooms.members(user_room(joined.user_id)):
        if feed.channels.join(socket, event.channel_id, channel, joined.last_seq):
            socket.emit("channel:joined", {"channel": channel})
    feed.channels.tell(event.channel_id, "member:joined", {"channelId": event.channel_id, "userId": joined.user_id})


def send_away(event: ChannelEvent, feed: Feed) -> None:
    """Somebody left: their sockets are told, and hear nothing that comes after."""
    user_id = event.member_left.user_id
    feed.arrivals.left(user_id, event.channel_id)
    for socket in feed.clients.rooms.members(user_room(user_id)):
        if feed.channels.leave(socket, event.channel_id):
            socket.emit("channel:left", {"channelId": event.channel_id})
    feed.channels.tell(event.channel_id, "member:left", {"channelId": event.channel_id, "userId": user_id})


def show_settings(event: ChannelEvent, feed: Feed) -> None:
    feed.channels.update(event.channel_id, to_wire(event.channel_updated.channel))


def welcome(event: WorkspaceMemberEvent, feed: Feed) -> None:
    """A new member's sockets hear of the workspace's people."""
    saved = event.workspace_member_saved
    for socket in feed.clients.rooms.members(user_room(saved.user_id)):
        if workspace_room(saved.workspace_id) not in socket.rooms:
            socket.join(workspace_room(saved.workspace_id))
            socket.emit("workspace:joined", {"workspaceId": saved.workspace_id})


def bid_farewell(tombstone: Tombstone, feed: Feed) -> None:
    workspace_id, _, user_id = tombstone.key.partition(":")
    feed.arrivals.left(user_id, workspace_id)
    for socket in feed.clients.rooms.members(user_room(user_id)):
        if workspace_room(workspace_id) in socket.rooms:
            socket.leave(workspace_room(workspace_id))
            socket.emit("workspace:left", {"workspaceId": workspace_id})


def cut_off(event: SessionEvent, feed: Feed) -> None:
    """A session ended: its sockets close at once and its tokens open no others."""
    feed.revocations.add(event.session_id)
    for socket in feed.clients.rooms.members(session_room(event.session_id)):
        socket.emit("error", {"type": "unauthenticated", "error": {"type": "session_revoked", "message": SIGNED_OUT}})
        socket.disconnect()


SIGNED_OUT = "This session has ended: sign in again."
Handle = Callable[[Any, Feed], None]
PUBLISHES: tuple[type[Event], ...] = ()
CONSUMES: Mapping[type[Event], Mapping[type, Handle]] = {
    ChannelEvent: {
        said.MessagePosted: receive_message,
        said.MessageUpdated: show_change,
        said.MessageDeleted: show_deletion,
        said.ReactionAdded: show_reaction,
        said.ReactionRemoved: withdraw_reaction,
        said.MemberJoined: let_in,
        said.MemberLeft: send_away,
        said.ChannelUpdated: show_settings,
    },
    WorkspaceMemberEvent: {WorkspaceMemberSaved: welcome, Tombstone: bid_farewell},
    SessionEvent: {SessionRevoked: cut_off},
}
