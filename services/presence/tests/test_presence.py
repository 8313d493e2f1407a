"""Presence behind a real port, with real Redis: what gateways say in, what they are told out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson
import pytest
import pytest_asyncio
from eventbus import Tombstone, topic_of
from eventbus.inbox import deliver
from nexus.event.v1.meta_pb2 import Meta
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from nexus.presence.v1.status_event_pb2 import StatusEvent
from presence import parts
from presence.__main__ import app_of
from presence.announcing import HEARD, LAST_TOLD, TOLD, Announcer, on_wire
from presence.handlers import CONSUMES
from presence.settings import Settings
from redis.asyncio import Redis
from testkit import Issuer, eventually, served
from testkit.jobs import running
from uuid_utils.compat import uuid7

STATUSES = topic_of(StatusEvent).name
ITS_NAME = "presence-under-test"


@pytest.fixture(scope="session")
def service() -> str:
    return "presence"


@dataclass
class Office:
    """A workspace of two, a stranger, and a gateway's side of Redis."""

    url: str
    http: aiohttp.ClientSession
    redis: Redis
    tokens: Issuer
    alice: UUID = field(default_factory=uuid7)
    bob: UUID = field(default_factory=uuid7)
    stranger: UUID = field(default_factory=uuid7)
    workspace: UUID = field(default_factory=uuid7)
    heard: list[tuple[str, str]] = field(default_factory=list)
    audiences: list[list[str]] = field(default_factory=list)
    guests: list[list[str]] = field(default_factory=list)

    async def beat(self, gateway: str, users: dict[UUID, tuple[int, bool]], full: bool = False) -> None:
        told = {str(id_): {"devices": number, "active": active} for id_, (number, active) in users.items()}
        await self.redis.publish(
            on_wire(self.redis, HEARD), orjson.dumps({"gateway": gateway, "at": 1, "full": full, "users": told})
        )

    async def ask(self, method: str, who: UUID, body: Any = None, **query: str) -> tuple[int, Any]:
        path, headers = f"{self.url}/api/presence", self.tokens.bearer(who)
        async with self.http.request(method, path, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json()

    async def seen(self, asker: UUID, *users: UUID) -> list[str]:
        status, told = await self.ask("GET", asker, userIds=",".join(map(str, users)))
        assert status == 200, told
        return [each["status"] for each in told["presence"]]

    async def changes(self, expected: list[tuple[UUID, str]]) -> None:
        def as_expected() -> bool:
            assert self.heard == [(str(id_), status) for id_, status in expected]
            return True

        await eventually(as_expected)

    async def listen(self) -> None:
        async with self.redis.pubsub() as subscription:
            await subscription.subscribe(on_wire(self.redis, TOLD))
            async for message in subscription.listen():
                if message["type"] == "message":
                    told = orjson.loads(message["data"])
                    self.heard.append((told["userId"], told["status"]))
                    self.audiences.append(told["workspaceIds"])
                    self.guests.append(told["guestIds"])


@pytest_asyncio.fixture
async def office(pool: asyncpg.Pool, redis_url: str, tokens: Issuer, database_url: str) -> AsyncIterator[Office]:
    told = {
        "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": "s", "jwks_url": tokens.jwks_url,
        "database_url": database_url, "redis_url": redis_url,
    }  # fmt: skip
    async with (
        Redis.from_url(redis_url) as redis,
        parts.redis(redis_url, ITS_NAME) as its_redis,
        aiohttp.ClientSession() as http,
    ):
        announcer = Announcer(its_redis, pool)
        async with served(app_of(Settings.model_validate(told), pool, announcer)) as url, running(announcer.run()):
            office = Office(url, http, redis, tokens)
            await announcer.listening.wait()
            for user in (office.alice, office.bob):
                await deliver(_member(office.workspace, user), CONSUMES[WorkspaceMemberEvent], pool, "presence")
            async with running(office.listen()):
                await eventually(_subscribed(redis))
                yield office


def _subscribed(redis: Redis) -> Any:
    async def check() -> bool:
        ((_, number),) = await redis.pubsub_numsub(on_wire(redis, TOLD))
        return bool(number)

    return check


def _member(workspace: UUID, user: UUID, role: str = "member") -> WorkspaceMemberEvent:
    saved = WorkspaceMemberSaved(workspace_id=str(workspace), user_id=str(user), role=role)
    return WorkspaceMemberEvent(
        meta=Meta(id=str(uuid7())), member_key=f"{workspace}:{user}", workspace_member_saved=saved
    )


async def test_the_last_device_anywhere_makes_offline(office: Office) -> None:
    await office.beat("one", {office.alice: (1, True)})
    await office.beat("two", {office.alice: (2, True)})
    await office.changes([(office.alice, "online")])
    await office.beat("one", {office.alice: (0, False)})
    assert await office.seen(office.bob, office.alice, office.bob) == ["online", "offline"]
    await office.beat("two", {}, full=True)
    await office.changes([(office.alice, "online"), (office.alice, "offline")])
    assert office.audiences == [[str(office.workspace)]] * 2


async def test_a_silent_gateway_loses_its_devices(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("presence.devices.SILENCE", 1.0)
    await office.beat("one", {office.alice: (1, True)}, full=True)
    await office.changes([(office.alice, "online"), (office.alice, "offline")])


async def test_a_choice_holds_while_connected(office: Office) -> None:
    assert (await office.ask("PUT", office.alice, {"status": "busy"}))[0] == 200
    assert await office.seen(office.bob, office.alice) == ["offline"]
    await office.beat("one", {office.alice: (1, True)})
    await office.changes([(office.alice, "busy")])
    for status, shown in (("away", "away"), ("offline", "offline"), ("online", "online")):
        await office.ask("PUT", office.alice, {"status": status})
        assert await office.seen(office.bob, office.alice) == [shown]
    await office.changes([(office.alice, each) for each in ("busy", "away", "offline", "online")])


async def test_presence_is_right_again_after_redis_forgot_everything(office: Office) -> None:
    await office.beat("one", {office.alice: (1, True), office.bob: (1, True)}, full=True)
    await eventually(lambda: len(office.heard) == 2)
    await office.redis.flushdb()
    await office.beat("one", {office.alice: (1, True)}, full=True)
    await eventually(lambda: office.heard[2:] == [(str(office.bob), "offline")])
    assert await office.seen(office.bob, office.alice, office.bob) == ["online", "offline"]


async def test_a_process_that_starts_anew_knows_who_is_connected(office: Office, pool: asyncpg.Pool) -> None:
    await office.beat("one", {office.alice: (1, False)}, full=True)
    await office.changes([(office.alice, "away")])
    other = Announcer(office.redis, pool)
    async with running(other.run()):
        await other.listening.wait()
        assert await other.statuses([str(office.alice)]) == {str(office.alice): "away"}
        await office.beat("one", {office.alice: (1, True)}, full=True)
        await office.changes([(office.alice, "away"), (office.alice, "online")])


async def test_what_changed_while_nobody_listened_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("presence.announcing.ALL_HAVE_BEATEN", 0.5)
    await office.redis.hset(LAST_TOLD, str(office.bob), "online")
    clients = await office.redis.client_list(_type="pubsub")
    await office.redis.client_kill_filter(_id=next(each["id"] for each in clients if each["name"] == ITS_NAME))
    await office.changes([(office.bob, "offline")])


async def test_only_people_of_a_shared_workspace_are_seen(office: Office, pool: asyncpg.Pool) -> None:
    await office.beat("one", {office.alice: (1, True), office.stranger: (1, True)}, full=True)
    await eventually(lambda: len(office.heard) == 2)
    assert await office.seen(office.stranger, office.alice, office.stranger, uuid7()) == [
        "offline",
        "online",
        "offline",
    ]
    gone = Tombstone(f"{office.workspace}:{office.bob}")
    await deliver(gone, CONSUMES[WorkspaceMemberEvent], pool, "presence")
    assert await office.seen(office.bob, office.alice) == ["offline"]


async def test_guests_see_people_of_their_channels_alone_and_are_seen_by_everybody(
    office: Office, pool: asyncpg.Pool
) -> None:
    guest, other, plans = uuid7(), uuid7(), uuid7()
    for user in (guest, other):
        await deliver(_member(office.workspace, user, "guest"), CONSUMES[WorkspaceMemberEvent], pool, "presence")
    for user in (guest, office.alice):
        await deliver(_in_channel(plans, user), CONSUMES[ChannelMemberEvent], pool, "presence")
    everybody = (office.alice, office.bob, guest, other)
    await office.beat("one", {user: (1, True) for user in everybody}, full=True)
    await eventually(lambda: len(office.heard) == 4)
    told = dict(zip([user_id for user_id, _ in office.heard], office.guests, strict=True))
    assert told == {str(user): [str(guest)] if user == office.alice else [] for user in everybody}
    on, off = "online", "offline"
    assert await office.seen(guest, *everybody) == [on, off, on, off]
    assert await office.seen(other, *everybody) == [off, off, off, on]
    assert await office.seen(office.bob, *everybody) == [on, on, on, on]

    await deliver(Tombstone(f"{plans}/{office.alice}"), CONSUMES[ChannelMemberEvent], pool, "presence")
    assert await office.seen(guest, office.alice) == [off]
    await deliver(_member(office.workspace, guest), CONSUMES[WorkspaceMemberEvent], pool, "presence")
    assert await office.seen(guest, *everybody) == [on, on, on, on]


def _in_channel(channel_id: UUID, user_id: UUID) -> ChannelMemberEvent:
    listed = ChannelMemberListed(channel_id=str(channel_id), user_id=str(user_id))
    return ChannelMemberEvent(
        meta=Meta(id=str(uuid7())), member_key=f"{channel_id}/{user_id}", channel_member_listed=listed
    )


async def test_what_is_true_last_is_told_last(office: Office) -> None:
    await office.beat("one", {office.alice: (1, True)}, full=True)
    for _ in range(5):
        choices = [office.ask("PUT", office.alice, {"status": status}) for status in ("busy", "away", "online", "busy")]
        assert {status for status, _ in await asyncio.gather(*choices)} == {200}
        now = await office.seen(office.bob, office.alice)
        await eventually(lambda now=now: [office.heard[-1][1]] == now)  # type: ignore[misc]


MANY = ",".join(str(uuid7()) for _ in range(201))


@pytest.mark.parametrize("ids", ["", ",", "nonsense", MANY, ",".join(["0190a000-0000-7000-8000-00000000000a", "x"])])
async def test_wrong_ids_are_refused(office: Office, ids: str) -> None:
    status, told = await office.ask("GET", office.alice, userIds=ids)
    assert (status, told["type"]) == (422, "invalid_request")


@pytest.mark.parametrize("body", [{"status": "asleep"}, {}, {"status": "busy", "userId": "x"}, [], {"status": 1}])
async def test_wrong_choices_are_refused(office: Office, body: Any) -> None:
    status, told = await office.ask("PUT", office.alice, body)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_a_beat_that_is_none_changes_nothing(office: Office) -> None:
    for wrong in (b"", b"{}", b'{"gateway":"x","full":true,"users":{"nobody":{"devices":1,"active":true}}}', b"[]"):
        await office.redis.publish(on_wire(office.redis, HEARD), wrong)
    await office.beat("one", {office.alice: (1, True)})
    await office.changes([(office.alice, "online")])


async def test_it_listens_again_when_its_connection_is_cut(office: Office) -> None:
    clients = await office.redis.client_list(_type="pubsub")
    await office.redis.client_kill_filter(_id=next(each["id"] for each in clients if each["name"] == ITS_NAME))

    async def heard_again() -> bool:
        await office.beat("one", {office.alice: (1, True)}, full=True)
        return await office.seen(office.bob, office.alice) == ["online"]

    await eventually(heard_again)


async def test_who_comes_and_goes_is_told_on_the_topic_once(office: Office, pool: asyncpg.Pool) -> None:
    def comings() -> Any:
        return pool.fetch("SELECT key, value IS NOT NULL AS arrived FROM outbox WHERE topic = $1 ORDER BY id", STATUSES)

    async def as_told(expected: list[tuple[UUID, bool]]) -> None:
        async def check() -> bool:
            assert [(UUID(row["key"].decode()), row["arrived"]) for row in await comings()] == expected
            return True

        await eventually(check)

    await office.beat("one", {office.alice: (1, True), office.bob: (1, False)}, full=True)
    await as_told([(office.alice, True)])
    # A second device, and being busy, are no news; being away is.
    await office.beat("two", {office.alice: (1, True)})
    await office.ask("PUT", office.alice, {"status": "busy"})
    await office.ask("PUT", office.alice, {"status": "away"})
    await as_told([(office.alice, True), (office.alice, False)])
    await office.beat("one", {office.bob: (1, True)})
    await office.beat("one", {office.bob: (0, False)})
    await as_told([(office.alice, True), (office.alice, False), (office.bob, True), (office.bob, False)])


async def test_who_went_while_redis_forgot_everything_is_told_to_be_gone(
    office: Office, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.announcing.RECONCILE_EVERY", 0.5)
    await pool.execute("INSERT INTO people_here VALUES ($1)", office.alice)

    async def nobody_is_here() -> bool:
        return not await pool.fetch("SELECT FROM people_here")

    await eventually(nobody_is_here, within=20)
