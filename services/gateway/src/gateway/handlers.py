"""What the gateway hears from topics, and what that means for the sockets that are open here."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eventbus import Event, Seen, Tombstone
from eventbus.wire import to_wire
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionRevoked
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1 import personal_event_pb2 as own
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_event_pb2 import WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from gateway.arrivals import Arrivals, Revocations
from gateway.channels import Channels
from gateway.file_news import NEWS
from gateway.packets import encode_event
from gateway.people import Client, Clients, colleagues_room, session_room, user_room, workspace_room
from gateway.reasons import Reason
from gateway.recent import Recent
from gateway.telling import OWN, TO_MEMBERS, TO_PERSON, TO_WORKSPACE, kind_of, member_of, rooms_of

# In so many turns all sockets are told how far the stream is.
TURNS = 60


class Feed:
    """Takes events from topics to sockets. Nothing here waits: an event is told in the tick in which it came."""

    def __init__(
        self, clients: Clients, channels: Channels, recent: Recent, arrivals: Arrivals, revocations: Revocations
    ) -> None:
        self.clients, self.channels, self.recent = clients, channels, recent
        self.arrivals, self.revocations = arrivals, revocations

    async def take(self, events: Sequence[Seen]) -> None:
        for seen in events:
            kind = kind_of(seen.event)
            handle = CONSUMES[seen.event_type].get(kind)
            self.recent.keep(seen, rooms_of(seen.event, kind) if handle else ())
            if handle is not None:
                handle(seen.event, self)
        self.recent.taken()

    async def start_over(self) -> None:
        """Events were lost to us: every client reconnects, and catches up from what is stored."""
        for socket in (*self.clients.sockets.values(), *self.arrivals.settling):
            socket.close(Reason.GOING_AWAY)

    async def tell_places(self, every: float) -> None:
        """Let each socket know every so many seconds how far the stream is, some at a time; until cancelled."""
        while True:
            sockets = list(self.clients.sockets.values())
            share = -(-len(sockets) // TURNS) or 1
            for turn in range(TURNS):
                await asyncio.sleep(every / TURNS)
                self.channels.are_at(sockets[turn * share : (turn + 1) * share], self.recent.place)

    def tell_room(self, room: str, name: str, body: Mapping[str, object]) -> None:
        """Tell all in a room, in its place among what the channels tell."""
        told = encode_event("/", name, body, self.recent.place)
        for socket in self.clients.rooms.members(room):
            self.channels.tell_one(socket, told)

    def tell_person(self, socket: Client, event: Event | Tombstone) -> None:
        """Tell one of somebody's sockets what is theirs to know."""
        self.channels.tell_one(socket, encode_event("/", *TO_PERSON[kind_of(event)](event), self.recent.place))


def receive_message(event: ChannelEvent, feed: Feed) -> None:
    posted = event.message_posted
    if posted.message.is_imported:
        feed.channels.pass_over(event.channel_id, posted.message.seq)
    elif event.channel_id in feed.channels:
        told = feed.channels.receive(
            event.channel_id, posted.message.seq, to_wire(posted.message), posted.origin_socket_id, feed.recent.place
        )
        if told:
            at = posted.message.created_at
            feed.clients.server.engine.traffic.delivered(time.time() - at.seconds - at.nanos / 1e9, told)


def tell_members(event: ChannelEvent, feed: Feed) -> None:
    """Everybody in the channel hears of it."""
    if event.channel_id in feed.channels:
        told = TO_MEMBERS[kind_of(event)](event)
        feed.channels.tell(event.channel_id, encode_event("/", *told, feed.recent.place))


def let_in(event: ChannelEvent, feed: Feed) -> None:
    """A new member's sockets hear the channel from here on, and the others hear of them."""
    joined = event.member_joined
    channel = to_wire(joined.channel)
    for socket in feed.clients.rooms.members(user_room(joined.user_id)):
        # Who goes on where they were has not been told of a channel that was read with their others just now.
        if feed.channels.join(socket, event.channel_id, channel, joined.last_seq) or socket.recovered:
            feed.tell_person(socket, event)
    tell_members(event, feed)


def send_away(event: ChannelEvent, feed: Feed) -> None:
    """Somebody left: their sockets are told, and hear nothing that comes after."""
    user_id = event.member_left.user_id
    feed.arrivals.left(user_id, event.channel_id)
    for socket in feed.clients.rooms.members(user_room(user_id)):
        if feed.channels.leave(socket, event.channel_id) or socket.recovered:
            feed.tell_person(socket, event)
    tell_members(event, feed)


def show_settings(event: ChannelEvent, feed: Feed) -> None:
    feed.channels.update(event.channel_id, to_wire(event.channel_updated.channel))
    tell_members(event, feed)


def welcome(event: WorkspaceMemberEvent, feed: Feed) -> None:
    """A new member's sockets hear of the workspace's people."""
    saved = event.workspace_member_saved
    for socket in feed.clients.rooms.members(user_room(saved.user_id)):
        turn = socket.leave if saved.role == "guest" else socket.join
        turn(colleagues_room(saved.workspace_id))
        if workspace_room(saved.workspace_id) not in socket.rooms or socket.recovered:
            socket.join(workspace_room(saved.workspace_id))
            feed.tell_person(socket, event)


def bid_farewell(tombstone: Tombstone, feed: Feed) -> None:
    workspace_id, user_id = member_of(tombstone)
    feed.arrivals.left(user_id, workspace_id)
    for socket in feed.clients.rooms.members(user_room(user_id)):
        if workspace_room(workspace_id) in socket.rooms or socket.recovered:
            socket.leave(workspace_room(workspace_id), colleagues_room(workspace_id))
            feed.tell_person(socket, tombstone)


def tell_workspace(event: WorkspaceEvent, feed: Feed) -> None:
    """Everybody in the workspace hears of it."""
    feed.tell_room(workspace_room(event.workspace_id), *TO_WORKSPACE[kind_of(event)](event))


def tell_own_sockets(event: PersonalEvent, feed: Feed) -> None:
    """All of somebody's sockets hear what they did on one of them, or are to know."""
    feed.tell_room(user_room(event.user_id), *OWN[kind_of(event)](event))


def silence(event: PersonalEvent, feed: Feed) -> None:
    """From now on the person's sockets do not tell that they are typing there, or do again."""
    silenced = event.member_silenced
    place_id = silenced.channel_id or silenced.workspace_id
    until = silenced.until.seconds + silenced.until.nanos / 1e9
    feed.arrivals.silence(event.user_id, place_id, until)
    for socket in feed.clients.rooms.members(user_room(event.user_id)):
        if feed.clients.sockets.get(socket.id) is socket:
            socket.data.silences[place_id] = until
    tell_own_sockets(event, feed)


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
        **dict.fromkeys(TO_MEMBERS, tell_members),
        said.MemberJoined: let_in,
        said.MemberLeft: send_away,
        said.ChannelUpdated: show_settings,
    },
    WorkspaceMemberEvent: {WorkspaceMemberSaved: welcome, Tombstone: bid_farewell},
    WorkspaceEvent: dict.fromkeys(TO_WORKSPACE, tell_workspace),
    PersonalEvent: {**dict.fromkeys(OWN, tell_own_sockets), own.MemberSilenced: silence},
    SessionEvent: {SessionRevoked: cut_off},
    FileEvent: NEWS,
}
# Topics of which a client that was cut off is told what it missed.
REPLAYED: tuple[type[Event], ...] = (ChannelEvent, WorkspaceMemberEvent, PersonalEvent)
