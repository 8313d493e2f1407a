"""A client that was cut off goes on where it was: it hears all it missed, once and in order, or begins anew."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from entrance import Guest, Hall, a_channel, joined, left, posted, somebody
from eventbus import Seen, topic_of
from gateway import arrivals, recent
from gateway.handlers import REPLAYED
from gateway.passes import Passes
from gateway.people import channel_room
from gateway.sessions import Reason, State
from gateway.telling import rooms_of
from nexus.messaging.v1.channel_event_pb2 import Channel, ChannelEvent, ChannelUpdated, MessagePosted, MessageUpdated
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from testkit import eventually
from testkit.jobs import running


@dataclass
class Phone:
    """A stock client: it keeps its private id, and the last argument of the last event if that is a text."""

    hall: Hall
    user_id: str = field(default_factory=somebody)
    session_id: str = field(default_factory=somebody)
    pid: str | None = None
    offset: str | None = None
    sid: str = ""
    recovered: bool = False
    heard: list[tuple[str, Any]] = field(default_factory=list)
    guest: Guest | None = None
    cuts: int = 0

    async def connect(self) -> None:
        shown = {"pid": self.pid, "offset": self.offset} if self.pid else {}
        token = self.hall.tokens.token(self.user_id, session_id=self.session_id)
        self.guest = await self.hall.admitted(token, **shown)
        greeting = json.loads(self.guest.heard[0][2:])
        self.recovered = greeting["pid"] == self.pid
        self.pid, self.sid = greeting["pid"], greeting["sid"]

    def listen(self) -> list[tuple[str, Any]]:
        assert self.guest is not None
        packets, self.guest.heard = self.guest.listen(), []
        for packet in packets:
            if packet.startswith("42"):
                name, *args = json.loads(packet[2:])
                if isinstance(args[-1], str):
                    self.offset = args.pop()
                if args:
                    self.heard.append((name, args[0]))
        return self.heard

    def cut(self) -> None:
        """Without a word; what was on its way is lost."""
        assert self.guest is not None
        self.guest.session.end(Reason.TRANSPORT_CLOSE)
        self.guest = None
        self.cuts += 1

    async def is_cut(self) -> None:
        if self.guest:
            self.cut()

    async def returns(self) -> None:
        if not self.guest:
            await self.connect()

    async def listens(self) -> None:
        if self.guest:
            self.listen()

    def numbers(self, channel_id: str) -> list[int]:
        messages = [body["message"] for name, body in self.listen() if name == "message:receive"]
        return [message["seq"] for message in messages if message["channelId"] == channel_id]

    def place(self) -> str | None:
        self.listen()
        return self.offset

    def names(self) -> list[str]:
        return [name for name, _ in self.listen()]


async def a_phone(hall: Hall, *channel_ids: str) -> Phone:
    hall.state = {"channels": [a_channel(each) for each in channel_ids], "workspaceIds": []}
    phone = Phone(hall)
    await phone.connect()
    return phone


def of(hall: Hall, *channel_ids: str) -> None:
    """What messaging answers from now on; `lastSeq` is far ahead of the topic."""
    hall.state = {"channels": [a_channel(each, 1_000) for each in channel_ids], "workspaceIds": []}


async def test_who_comes_back_is_the_same_socket_and_hears_what_it_missed(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    await hall.tell(posted(plans, 1))
    assert phone.numbers(plans) == [1]
    phone.cut()
    before = phone.sid
    message = posted(plans, 1).message_posted.message
    await hall.tell(posted(plans, 2), ChannelEvent(channel_id=plans, message_updated=MessageUpdated(message=message)))
    of(hall, plans)
    await phone.connect()
    await hall.tell(posted(plans, 3))
    assert (phone.recovered, phone.sid) == (True, before)
    assert phone.names() == ["message:receive", "message:receive", "message:update", "message:receive"]
    assert phone.numbers(plans) == [1, 2, 3]


async def test_who_heard_nothing_yet_goes_on_from_where_it_came_in(hall: Hall) -> None:
    await hall.tell(posted(plans := somebody(), 1))
    phone = await a_phone(hall, plans)
    phone.cut()
    await hall.tell(posted(plans, 2))
    of(hall, plans)
    await phone.connect()
    assert phone.recovered
    assert phone.numbers(plans) == [2]


async def test_what_was_on_its_way_when_the_connection_broke_is_told_again(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    await hall.tell(posted(plans, 1))
    phone.cut()
    of(hall, plans)
    await phone.connect()
    assert phone.numbers(plans) == [1]


async def test_a_quiet_socket_is_told_now_and_then_how_far_the_stream_is(hall: Hall) -> None:
    phones = [await a_phone(hall, somebody()) for _ in range(3)]
    await hall.tell(posted(somebody(), 1))
    async with running(hall.feed.tell_places(0.1)):
        for phone in phones:
            await eventually(lambda phone=phone: phone.place() == hall.feed.recent.place)


async def test_a_socket_is_not_told_its_own_messages_when_it_comes_back(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    mine = posted(plans, 1)
    mine.message_posted.origin_socket_id = phone.sid
    await hall.tell(mine, posted(plans, 2))
    of(hall, plans)
    await phone.connect()
    assert phone.numbers(plans) == [2]


async def test_a_connection_that_does_not_know_it_is_broken_ends_and_does_not_count(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    old = phone.guest
    assert old is not None
    for _ in range(2):  # three are allowed
        await Phone(hall, phone.user_id, phone.session_id).connect()
    phone.guest = None
    of(hall, plans)
    await phone.connect()
    assert phone.recovered
    assert old.session.state is State.CLOSED
    await hall.tell(posted(plans, 1))
    assert phone.numbers(plans) == [1]
    phone.cut()
    assert phone.sid not in hall.clients.sockets


async def test_two_that_come_back_as_the_same_socket_leave_one(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    of(hall, plans)
    twins = [Phone(hall, phone.user_id, phone.session_id, phone.pid) for _ in range(2)]
    for twin in twins:
        await twin.connect()
    first, second = (twin.guest for twin in twins)
    assert first is not None
    assert second is not None
    assert (first.session.state, second.session.state) == (State.CLOSED, State.OPEN)
    assert len(hall.clients.sockets) == 1


async def test_of_a_channel_that_was_left_meanwhile_nothing_is_told(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody(), lunch := somebody())
    phone.cut()
    await hall.tell(posted(plans, 1), posted(lunch, 1), left(plans, phone.user_id), posted(plans, 2), posted(lunch, 2))
    of(hall, lunch)
    await phone.connect()
    assert phone.recovered
    assert (phone.numbers(plans), phone.numbers(lunch)) == ([], [1, 2])
    assert ("channel:left", {"channelId": plans}) in phone.heard


async def test_of_a_channel_that_was_joined_meanwhile_only_what_came_after_is_told(hall: Hall) -> None:
    phone = await a_phone(hall)
    phone.cut()
    plans = somebody()
    await hall.tell(posted(plans, 1), joined(plans, phone.user_id, 1), posted(plans, 2))
    of(hall, plans)
    await phone.connect()
    assert phone.names() == ["channel:joined", "member:joined", "message:receive"]
    assert phone.numbers(plans) == [2]


async def test_a_membership_that_the_topic_tells_only_later_is_told_then(hall: Hall) -> None:
    phone = await a_phone(hall, old := somebody())
    phone.cut()
    of(hall, plans := somebody())  # stored already: that it joined one and left the other
    await phone.connect()
    await hall.tell(joined(plans, phone.user_id, 0), left(old, phone.user_id), posted(plans, 1))
    assert [name for name in phone.names() if name.startswith("channel:")] == ["channel:joined", "channel:left"]
    assert phone.numbers(plans) == [1]


async def test_settings_and_workspaces_are_told_as_well(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    place = somebody()
    await hall.tell(
        ChannelEvent(channel_id=plans, channel_updated=ChannelUpdated(channel=Channel(id=plans, name="new"))),
        WorkspaceMemberEvent(
            member_key=f"{place}:{phone.user_id}",
            workspace_member_saved=WorkspaceMemberSaved(workspace_id=place, user_id=phone.user_id),
        ),
    )
    await hall.tell_gone(WorkspaceMemberEvent, f"{place}:{phone.user_id}")
    of(hall, plans)
    await phone.connect()
    assert phone.names() == ["channel:update", "workspace:joined", "workspace:left"]


@pytest.mark.parametrize("forged", ["", "x", "x.y", "é.é", "e30=.AAAA", "a" * 5_000, 7, None, ["pid"]])
async def test_a_pass_that_is_not_ours_begins_anew(hall: Hall, forged: object) -> None:
    of(hall, somebody())
    guest = await hall.admitted(hall.tokens.token(), pid=forged, offset="0")
    assert json.loads(guest.heard[0][2:])["pid"] != forged


async def test_a_pass_of_somebody_else_or_another_session_begins_anew(hall: Hall) -> None:
    phone = await a_phone(hall, plans := somebody())
    await hall.tell(posted(plans, 1))
    for other in (Phone(hall, somebody(), phone.session_id), Phone(hall, phone.user_id, somebody())):
        other.pid, other.offset = phone.pid, phone.offset
        await other.connect()
        assert not other.recovered
        assert other.sid != phone.sid
        assert other.names() == []


async def test_a_pass_signed_with_another_secret_or_too_old_begins_anew(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await a_phone(hall)
    principal = await hall.arrivals.identify(hall.tokens.token(phone.user_id, session_id=phone.session_id))
    phone.cut()
    good, phone.pid = phone.pid, Passes("not ours").issue(phone.sid, principal.principal, "0")
    await phone.connect()
    assert not phone.recovered
    monkeypatch.setattr("gateway.passes.GOOD_FOR", -1)
    phone.cut()
    phone.pid = good
    await phone.connect()
    assert not phone.recovered


@pytest.mark.parametrize("offset", ["", "zz", "-1", "1.2", "." * 15, "f" * 10_000, 5, None, {}])
async def test_an_offset_that_is_none_counts_as_where_it_came_in(hall: Hall, offset: Any) -> None:
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    await hall.tell(posted(plans, 1))
    of(hall, plans)
    phone.offset = offset
    await phone.connect()
    assert phone.recovered
    assert phone.numbers(plans) == [1]


async def test_a_place_that_this_gateway_does_not_reach_begins_anew(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "BEHIND", 0.05)
    phone = await a_phone(hall)
    phone.cut()
    slots = hall.feed.recent.place.count(".") + 1
    phone.offset = ".".join(["ff"] * slots)
    await phone.connect()
    assert not phone.recovered


async def test_what_is_no_longer_kept_begins_anew(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    monkeypatch.setattr(recent, "RECORDS", 3)
    await hall.tell(*(posted(plans, seq) for seq in range(1, 6)))
    of(hall, plans)
    await phone.connect()
    assert not phone.recovered
    assert phone.names() == []
    assert len(hall.feed.recent) == 3


def test_what_is_much_in_one_channel_does_not_displace_what_was_said_in_another() -> None:
    plans = somebody()
    lately = recent.Recent(REPLAYED, most_bytes=20_000)
    plan, noise = (TopicPartition("messaging.channels", number) for number in (0, 1))
    places = {TopicPartition(topic_of(each).name, number): 0 for each in REPLAYED for number in range(16)}
    lately.start(places)
    for place, number, channel_id in ((plan, 3, plans), (noise, 500, "noise")):
        for offset in range(number):
            event = posted(channel_id, offset + 1)
            seen = Seen(ChannelEvent, event, (), place, offset, event.SerializeToString())
            lately.keep(seen, rooms_of(event, MessagePosted))
    before = (0, lately.vector(lately.place)[1], *[0] * 14)  # type: ignore[index]
    kept = lately.since(before, [channel_room(plans)], "nobody")
    assert kept is not None
    assert [each.offset for each in kept] == [0, 1, 2]
    assert lately.since((0,) * 16, [channel_room("noise")], "nobody") is None


async def test_more_than_a_client_is_told_at_once_begins_anew(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "REPLAYED", 3)
    phone = await a_phone(hall, plans := somebody())
    phone.cut()
    await hall.tell(*(posted(plans, seq) for seq in range(1, 5)))
    of(hall, plans)
    await phone.connect()
    assert not phone.recovered


@dataclass
class Evening:
    """People talk in two channels, and their phones are cut off at any moment."""

    hall: Hall
    chance: random.Random
    stored: dict[str, int]
    phones: list[Phone]

    async def goes_on(self) -> None:
        phone = self.chance.choice(self.phones)
        await self.chance.choice((self.post, self.post, self.tell_places, phone.listens, phone.is_cut, phone.returns))()

    async def post(self) -> None:
        channel_id = self.chance.choice(list(self.stored))
        self.stored[channel_id] += 1
        await self.hall.tell(posted(channel_id, self.stored[channel_id]))

    async def tell_places(self) -> None:
        self.hall.channels.are_at(list(self.hall.clients.sockets.values()), self.hall.feed.recent.place)


@pytest.mark.parametrize("seed", range(5))
async def test_phones_that_are_cut_off_at_any_moment_hear_everything_once_and_in_order(hall: Hall, seed: int) -> None:
    channels = [somebody(), somebody()]
    phones = [await a_phone(hall, *channels) for _ in range(3)]
    evening = Evening(hall, random.Random(seed), dict.fromkeys(channels, 0), phones)
    for _ in range(300):
        await evening.goes_on()
    for phone in phones:
        await phone.returns()
        assert phone.recovered or not phone.cuts
        assert {each: phone.numbers(each) for each in channels} == {
            each: list(range(1, number + 1)) for each, number in evening.stored.items()
        }
