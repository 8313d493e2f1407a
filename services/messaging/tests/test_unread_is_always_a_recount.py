"""Whatever people do at once, each counter is what one gets by counting, as answered and on each device."""

import time
from collections import deque
from collections.abc import Sequence
from random import Random

import asyncpg
import pytest
from devices import Device
from hubbub import Hubbub, Member, Talk
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from office import NewAsker, invited

TOPICS: dict[str, type[ChannelEvent] | type[PersonalEvent]] = {
    "messaging.channels": ChannelEvent,
    "messaging.personal": PersonalEvent,
}
TAKE = "DELETE FROM outbox RETURNING id, topic, key, value"
Streams = dict[bytes, list[ChannelEvent | PersonalEvent]]


async def made_hubbub(pool: asyncpg.Pool, person: NewAsker, seed: int) -> Hubbub:
    """Five people; two channels to come and go, one for all, one for three, a conversation of two and one of four."""
    askers = [person(name) for name in ("Olga", "Mina", "Juri", "Ana", "Kofi")]
    ids = [str(asker.user_id) for asker in askers]
    workspace = await askers[0].made("/api/workspaces", {"name": "Hubbub"})
    for asker in askers[1:]:
        await invited(askers[0], asker, workspace["id"], "member")
    path = f"/api/workspaces/{workspace['id']}"
    _, listed = await askers[0].get(f"{path}/channels")
    talks = [Talk(listed["channels"][0]["id"], set(ids), is_open=False)]
    for name in ("tea", "coffee"):
        channel = await askers[0].made(f"{path}/channels", {"name": name})
        talks.append(Talk(channel["id"], {ids[0]}, is_open=True))
    private = await askers[0].made(f"{path}/channels", {"name": "plans", "type": "private", "members": ids[1:3]})
    talks.append(Talk(private["id"], set(ids[:3]), is_open=False))
    for others in (ids[1:2], ids[1:4]):
        direct = await askers[0].made(f"{path}/direct", {"userIds": others})
        talks.append(Talk(direct["id"], {ids[0], *others}, is_open=False))
    return Hubbub(pool, [Member(asker, Random(f"{seed} {n}"), n == 0) for n, asker in enumerate(askers)], talks, seed)


async def said_since(pool: asyncpg.Pool) -> Streams:
    """What was announced since the last time, by key: only there it has an order."""
    streams: Streams = {}
    for row in sorted(await pool.fetch(TAKE), key=lambda row: int(row["id"])):
        if row["topic"] in TOPICS:
            streams.setdefault(row["key"], []).append(TOPICS[row["topic"]].FromString(row["value"]))
    return streams


class Watch:
    """A person's device that hears what was said in any order that topics allow, and asks where it is unsure."""

    def __init__(self, member: Member, random: Random) -> None:
        self.member, self.random = member, random
        self.device = Device(member.id)
        self.asked = self.compared = 0

    async def start(self) -> None:
        """Know what is unread now, while more is said."""
        self.device = Device(self.member.id)
        _, told = await self.member.asker.get("/api/unread")
        for channel in told["channels"]:
            self.device.take(channel)

    async def hear(self, streams: Streams) -> None:
        waiting = [
            deque(events)
            for events in streams.values()
            if isinstance(events[0], ChannelEvent) or events[0].user_id == self.member.id
        ]
        while waiting:
            stream = self.random.choice(waiting)
            self.device.hear(stream.popleft())
            if not stream:
                waiting.remove(stream)
            if self.device.unsure and self.random.random() < 0.05:
                await self._ask()
        await self._ask()

    async def _ask(self) -> None:
        for channel_id in list(self.device.unsure):
            self.asked += 1
            status, told = await self.member.asker.get(f"/api/channels/{channel_id}/unread")
            assert status == 200 or channel_id not in self.member.markers, told
            if status == 200:
                self.device.take(told)
            self.device.unsure.discard(channel_id)


async def check_answers(hubbub: Hubbub, random: Random) -> None:
    for member in hubbub.members:
        expected = hubbub.recount(member)
        _, told = await member.asker.get("/api/unread")
        answered = {each["channelId"]: (each["unread"], each["mentions"]) for each in told["channels"]}
        assert answered == expected
        heard = {id_: each for id_, each in expected.items() if member.hears.get(id_) != "nothing"}
        assert told["totals"] == {
            "unread": sum(unread for id_, (unread, _) in heard.items() if member.hears.get(id_, "all") == "all"),
            "mentions": sum(mentions for _, mentions in heard.values()),
        }
        await check_explanation(hubbub, member, random.choice(sorted(expected)))
        await check_threads(hubbub, member)


async def check_explanation(hubbub: Hubbub, member: Member, channel_id: str) -> None:
    _, told = await member.asker.get(f"/api/channels/{channel_id}/unread", explain="true")
    assert [each["id"] for each in told["messages"]] == [row["id"] for row in hubbub.behind(member, channel_id)][:1_000]
    assert sum(each["why"] == "mention" for each in told["messages"]) == told["mentions"]


async def check_threads(hubbub: Hubbub, member: Member) -> None:
    _, told = await member.asker.get("/api/threads")
    for each in told["threads"]:
        assert (each["unread"], each["mentions"]) == hubbub.recount_thread(member, each["root"])
    if not told["hasMore"]:
        _, unread = await member.asker.get("/api/threads", unread="true")
        assert unread["threads"] == [each for each in told["threads"] if each["unread"]]


def check_device(hubbub: Hubbub, watch: Watch) -> None:
    shown = {id_: held.counts for id_, held in watch.device.channels.items()}
    assert shown == hubbub.recount(watch.member)
    watch.compared += 2 * len(shown)
    assert {id_: held.last_read_seq for id_, held in watch.device.channels.items()} == watch.member.markers


async def run(hubbub: Hubbub, operations: int, batch: int, random: Random) -> Sequence[Watch]:
    """Let them do so many things, and compare after each batch; of each person's two devices one restarts at times."""
    steady = [Watch(member, random) for member in hubbub.members]
    restless = [Watch(member, random) for member in hubbub.members]
    watches = [*steady, *restless]
    for watch in watches:
        await watch.start()
    while hubbub.done < operations:
        await hubbub.come_and_go()
        streams = await said_since(hubbub.pool)
        for watch in watches:
            await watch.hear(streams)
        for watch in restless:
            if random.random() < 0.3:
                watch.member.errands.append(watch.start)
        await hubbub.stir(batch)
        streams = await said_since(hubbub.pool)
        await check_answers(hubbub, random)
        for watch in watches:
            await watch.hear(streams)
            check_device(hubbub, watch)
    return watches


async def test_each_counter_is_a_recount_after_two_thousand_operations(pool: asyncpg.Pool, person: NewAsker) -> None:
    hubbub = await made_hubbub(pool, person, seed=5)
    await run(hubbub, 2_000, batch=250, random=Random(5))
    purged, hidden = await pool.fetchrow(
        "SELECT count(*) FILTER (WHERE is_purged), count(*) FILTER (WHERE is_hidden) FROM messages"
    )
    assert min(purged, hidden) > 0


@pytest.mark.soak
@pytest.mark.timeout(3_600)
async def test_each_counter_is_a_recount_after_a_hundred_thousand_operations(
    pool: asyncpg.Pool, person: NewAsker
) -> None:
    seed, started = Random().randrange(1_000_000), time.monotonic()
    print(f"\nseed {seed}")
    hubbub = await made_hubbub(pool, person, seed)
    watches = await run(hubbub, 100_000, batch=500, random=Random(seed))
    messages, compared = sum(map(len, hubbub.history.values())), sum(watch.compared for watch in watches)
    print(
        f"{hubbub.done:,} operations, {messages:,} messages in {time.monotonic() - started:.0f} s; "
        f"{compared:,} counters of {len(watches)} devices compared, {sum(watch.asked for watch in watches):,} asked for"
    )
