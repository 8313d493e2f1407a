"""Each message reaches a socket once, in order, none before its time, whatever happens in which order."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from gateway.channels import HELD, Channels
from gateway.frames import Encoded
from gateway.packets import encode_event
from gateway.people import Client
from gateway.reasons import Reason
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

NUMBERS = count(1)


@dataclass(eq=False)
class Ear:
    """A socket as channels know it."""

    id: str = field(default_factory=lambda: f"socket-{next(NUMBERS)}")
    left: bool = False
    heard: list[tuple[str, Any]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    closed: list[Reason] = field(default_factory=list)

    def send_encoded(self, message: Encoded) -> None:
        name, *args = json.loads(message.payload[2:])
        if name == "offset":
            self.places.append(args[-1])
            return
        if len(args) > 1:
            self.places.append(args[-1])
        self.heard.append((name, args[0]))

    def close(self, reason: Reason) -> None:
        self.closed.append(reason)

    @property
    def numbers(self) -> list[int]:
        return [body["message"]["seq"] for name, body in self.heard if name == "message:receive"]


def client(ear: Ear) -> Client:
    return cast(Client, ear)


def receive(channels: Channels, seq: int, channel_id: str = "plans", origin: str = "") -> None:
    channels.receive(channel_id, seq, {"seq": seq, "channelId": channel_id}, origin, f"after {seq}")


def joined(channels: Channels, last_seq: int = 0) -> tuple[Ear, Client]:
    ear = Ear()
    channels.join(client(ear), "plans", {"id": "plans", "name": "Plans"}, last_seq)
    return ear, client(ear)


def test_a_message_comes_with_its_channel_to_everyone_but_the_socket_that_sent_it() -> None:
    channels = Channels()
    (alice, _), (bob, _) = joined(channels), joined(channels)
    receive(channels, 1, origin=alice.id)
    assert alice.heard == []
    assert bob.heard == [
        (
            "message:receive",
            {"message": {"seq": 1, "channelId": "plans"}, "channel": {"id": "plans", "name": "Plans"}},
        )
    ]


def test_what_is_delivered_again_is_heard_once() -> None:
    channels = Channels()
    ear, _ = joined(channels)
    for seq in (1, 2, 1, 2, 3, 3):
        receive(channels, seq)
    assert ear.numbers == [1, 2, 3]


def test_who_joins_knowing_more_than_was_passed_on_hears_only_what_is_later() -> None:
    channels = Channels()
    early, _ = joined(channels, 1)
    late, _ = joined(channels, 3)
    for seq in (2, 3, 4):
        receive(channels, seq)
    assert (early.numbers, late.numbers) == ([2, 3, 4], [4])


def test_what_is_said_during_a_sync_waits_for_its_answer_and_is_not_said_twice() -> None:
    channels = Channels()
    ear, socket = joined(channels)
    assert channels.begin_sync(socket)
    for seq in (1, 2, 3):
        receive(channels, seq)
    assert ear.numbers == []
    channels.end_sync(socket, {"plans": 2}, "3")
    receive(channels, 4)
    assert ear.numbers == [3, 4]


def test_who_knows_a_message_already_is_told_only_how_far_the_stream_is() -> None:
    channels = Channels()
    early, _ = joined(channels, 0)
    late, socket = joined(channels, 2)
    receive(channels, 1)
    assert (early.numbers, early.places) == ([1], ["after 1"])
    assert (late.numbers, late.places) == ([], ["after 1"])
    channels.begin_sync(socket)
    receive(channels, 2)
    receive(channels, 3)
    assert late.places == ["after 1"]
    channels.end_sync(socket, {"plans": 3}, "after 3")
    assert (late.numbers, late.places[-1]) == ([], "after 3")


def test_a_change_of_a_message_that_waits_comes_after_it() -> None:
    channels = Channels()
    ear, socket = joined(channels)
    channels.begin_sync(socket)
    receive(channels, 1)
    channels.tell("plans", encode_event("/", "message:update", {"message": {"seq": 1, "content": "new"}}))
    channels.end_sync(socket, {}, "0")
    assert [name for name, _ in ear.heard] == ["message:receive", "message:update"]


def test_there_is_one_sync_of_a_socket_at_a_time() -> None:
    channels = Channels()
    _, socket = joined(channels)
    assert channels.begin_sync(socket)
    assert not channels.begin_sync(socket)
    channels.end_sync(socket, {}, "0")
    assert channels.begin_sync(socket)


def test_who_left_during_a_sync_hears_nothing_that_waited() -> None:
    channels = Channels()
    ear, socket = joined(channels)
    channels.begin_sync(socket)
    receive(channels, 1)
    assert channels.leave(socket, "plans")
    channels.end_sync(socket, {}, "0")
    assert ear.heard == []
    assert len(channels) == 0


def test_a_socket_whose_sync_takes_too_long_for_what_is_said_begins_anew() -> None:
    channels = Channels()
    ear, socket = joined(channels)
    channels.begin_sync(socket)
    for seq in range(1, HELD + 2):
        receive(channels, seq)
    assert set(ear.closed) == {Reason.SLOW_CONSUMER}


def test_a_changed_channel_comes_with_the_messages_after_it() -> None:
    channels = Channels()
    ear, _ = joined(channels)
    channels.update("plans", {"id": "plans", "name": "Old plans"})
    receive(channels, 1)
    assert ear.heard[0][1]["channel"]["name"] == "Old plans"


def test_a_socket_that_is_gone_enters_nothing() -> None:
    channels = Channels()
    assert not channels.join(client(Ear(left=True)), "plans", {}, 0)
    assert len(channels) == 0


def test_a_skipped_socket_is_not_told() -> None:
    channels = Channels()
    (alice, socket), (bob, _) = joined(channels), joined(channels)
    channels.tell("plans", encode_event("/", "typing:start", {"userId": "a"}), skip=socket)
    assert (alice.heard, len(bob.heard)) == ([], 1)


PLACES = st.sampled_from(("plans", "lunch"))
PEOPLE = st.integers(0, 2)


@dataclass
class Membership:
    """What one socket may and must still hear of one channel."""

    floor: int
    heard: list[int] = field(default_factory=list)
    owed: list[int] = field(default_factory=list)


class Conversation(RuleBasedStateMachine):
    """Messages are stored, then delivered in order, some more than once, while sockets come, sync, leave and go."""

    def __init__(self) -> None:
        super().__init__()
        self.channels = Channels()
        self.ears = [Ear() for _ in range(3)]
        self.stored = {"plans": 0, "lunch": 0}
        self.delivered = {"plans": 0, "lunch": 0}
        self.members: dict[tuple[str, str], Membership] = {}
        self.syncing: set[str] = set()

    @rule(place=PLACES, messages=st.integers(1, 3))
    def store(self, place: str, messages: int) -> None:
        self.stored[place] += messages

    @rule(place=PLACES)
    def deliver(self, place: str) -> None:
        if self.delivered[place] < self.stored[place]:
            self.delivered[place] += 1
            seq = self.delivered[place]
            for (_, where), member in self.members.items():
                if where == place and seq > member.floor:
                    member.owed.append(seq)
            receive(self.channels, seq, place)
            self._listen()

    @rule(place=PLACES, back=st.integers(0, 4))
    def deliver_again(self, place: str, back: int) -> None:
        for seq in range(max(1, self.delivered[place] - back), self.delivered[place] + 1):
            receive(self.channels, seq, place)
        self._listen()

    @rule(who=PEOPLE, place=PLACES, behind=st.integers(0, 2))
    def join(self, who: int, place: str, behind: int) -> None:
        ear, last_seq = self.ears[who], max(0, self.stored[place] - behind)
        entered = self.channels.join(client(ear), place, {"id": place}, last_seq)
        assert entered == ((ear.id, place) not in self.members)
        self.members.setdefault((ear.id, place), Membership(last_seq))

    @rule(who=PEOPLE, place=PLACES)
    def leave(self, who: int, place: str) -> None:
        ear = self.ears[who]
        was_member = self.members.pop((ear.id, place), None) is not None
        assert self.channels.leave(client(ear), place) == was_member

    @rule(who=PEOPLE)
    def begin_sync(self, who: int) -> None:
        ear = self.ears[who]
        assert self.channels.begin_sync(client(ear)) == (ear.id not in self.syncing)
        self.syncing.add(ear.id)

    @precondition(lambda self: self.syncing)
    @rule(who=PEOPLE, behind=st.integers(0, 2), answered=st.booleans())
    def end_sync(self, who: int, behind: int, answered: bool) -> None:
        """The answer was read from the store a moment ago: it may hold more than was delivered, or less."""
        ear = self.ears[who]
        if ear.id not in self.syncing:
            return
        self.syncing.remove(ear.id)
        mine = {place: member for (id_, place), member in self.members.items() if id_ == ear.id}
        told = {place: max(0, self.stored[place] - behind) for place in mine} if answered else {}
        for place, seq in told.items():
            mine[place].floor = max(mine[place].floor, seq)
            mine[place].owed = [owed for owed in mine[place].owed if owed > seq]
        self.channels.end_sync(client(ear), told, "0")
        self._listen()

    @rule(who=PEOPLE)
    def go(self, who: int) -> None:
        ear = self.ears[who]
        ear.left = True
        self.channels.forget(client(ear))
        self.members = {key: member for key, member in self.members.items() if key[0] != ear.id}
        self.syncing.discard(ear.id)
        self.ears[who] = Ear()

    def _listen(self) -> None:
        """Take what was heard to the memberships it belongs to."""
        for ear in self.ears:
            told, ear.heard = ear.heard, []
            assert not (told and ear.id in self.syncing), "said in the middle of a sync"
            for _, body in told:
                member = self.members[ear.id, body["message"]["channelId"]]  # KeyError: told to who is no member
                member.heard.append(body["message"]["seq"])
                assert member.heard[-1] > member.floor

    @invariant()
    def everyone_heard_what_they_are_owed_once_and_in_order(self) -> None:
        for (id_, _), member in self.members.items():
            assert member.heard == sorted(set(member.heard))
            if id_ not in self.syncing:
                assert member.heard[len(member.heard) - len(member.owed) :] == member.owed

    def teardown(self) -> None:
        for ear in self.ears:
            self.channels.forget(client(ear))
        assert len(self.channels) == 0


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
