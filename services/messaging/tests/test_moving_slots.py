"""A slot moves between two databases: whatever is cut off in the middle, it is in one of them and whole."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from chassis.database import create_pool
from chassis.slots import SLOTS, new_id, slot_of
from cut_wires import Wire, wire_to
from messaging import shards
from messaging.application import app_of
from messaging.personal import reminders
from messaging.settings import Settings
from messaging.sharding import departures, moving, owning, staging
from messaging.sharding.tables import COPIED, OF_CHANNELS, rows_of
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import SECRET, Asker, Office
from testkit import Databases, Issuer, eventually, served

ROUNDS = int(os.environ.get("NEXUS_FAULT_ROUNDS", "12"))
SEED = os.environ.get("NEXUS_FAULT_SEED") or str(random.SystemRandom().randrange(10**6))
SAID = "SELECT id, seq, user_id, parent_message_id FROM messages WHERE channel_id = $1 ORDER BY seq"
LATER = "2027-01-01T10:00:00Z"


@dataclass(slots=True)
class Place:
    """One of the databases, with a messaging of its own."""

    number: int
    url: str
    pool: asyncpg.Pool
    http_url: str
    said: list[tuple[str, bytes, bytes | None]] = field(default_factory=list)

    async def relay(self) -> None:
        """What is in the outbox is told, as by the relay."""
        rows = await self.pool.fetch("DELETE FROM outbox RETURNING id, topic, key, value")
        self.said += [(row["topic"], row["key"], row["value"]) for row in sorted(rows, key=lambda row: int(row["id"]))]

    async def has(self, slot: int) -> bool:
        async with self.pool.acquire() as db:
            return slot in await owning.slots_of(db)

    async def rows(self, slot: int) -> dict[str, list[str]]:
        """All that people can see of the slot."""
        conditions = {table: rows_of(condition, slot) for table, condition in OF_CHANNELS.items()}
        query = "SELECT t::text AS row FROM {} t WHERE {} ORDER BY 1"
        found = {
            table: [row["row"] for row in await self.pool.fetch(query.format(table, where))]
            for table, where in conditions.items()
        }
        return {table: rows for table, rows in found.items() if rows}


@dataclass(slots=True)
class Two:
    """Where the office's channel is, and where it may go."""

    here: Place
    there: Place
    office: Office
    slot: int

    @property
    def both(self) -> tuple[Place, Place]:
        return self.here, self.there

    def turn(self) -> None:
        self.here, self.there = self.there, self.here

    def at(self, place: Place, who: Asker) -> Asker:
        return Asker(who.http, place.http_url, who.user_id, who.email, who.headers)

    async def say(self, content: str) -> tuple[int, Any]:
        path = f"/api/channels/{self.office.channel_id}/messages"
        return await self.at(self.here, self.office.owner).post(path, {"content": content})

    async def move(self, wire: Wire | None = None) -> moving.Moved:
        urls = [wire.through(each.url) if wire else each.url for each in self.both]
        source, target = [await asyncpg.connect(url, timeout=5) for url in urls]
        relay = asyncio.create_task(relaying(self.here))
        try:
            return await moving.move(source, target, self.slot)
        finally:
            relay.cancel()
            source.terminate()
            target.terminate()


async def relaying(place: Place) -> None:
    while True:
        await eventually(lambda: place.pool.fetchval("SELECT count(*) > 0 FROM outbox"), 600)
        await place.relay()


@pytest_asyncio.fixture
async def two(
    office: Office,
    pool: asyncpg.Pool,
    url: str,
    database: Databases,
    database_url: str,
    tokens: Issuer,
    decoder: Runner,
) -> AsyncIterator[Two]:
    """With a channel of everything that a channel can have; people are known in both."""
    other_url = await database("messaging")
    other_pool = await create_pool(other_url)
    settings = Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": other_url,
        }
    )  # fmt: skip
    slot = slot_of(UUID(office.channel_id)) or 0
    await fill(office)
    async with served(app_of(settings, other_pool, decoder)) as other_http:
        here, there = Place(0, database_url, pool, url), Place(1, other_url, other_pool, other_http)
        for place, own in ((here, set(range(SLOTS - 1)) | {slot}), (there, {SLOTS - 1} - {slot} or {0})):
            async with place.pool.acquire() as db:
                await owning.say(db, place.number, own - ({0} if place is here and slot == SLOTS - 1 else set()))
        await copy_home(here, there)
        yield Two(here, there, office, slot)
    other_pool.terminate()


async def fill(office: Office) -> None:
    path = f"/api/channels/{office.channel_id}"
    said = await office.say(office.owner, f"hello <@{office.member.user_id}>")
    await office.member.put(f"/api/messages/{said['id']}/reactions/%F0%9F%91%8D", None)
    await office.say(office.member, "yes", parentMessageId=said["id"])
    edited = await office.say(office.owner, "mistake", clientMessageId="one")
    await office.owner.put(f"/api/messages/{edited['id']}", {"content": "edited"})
    await office.owner.made(f"{path}/polls", {"question": "Tea?", "options": ["yes", "no"]})
    await office.member.put(f"{path}/draft", {"content": "later"})
    await office.member.put(f"/api/messages/{said['id']}/saved", {"note": "keep"})
    await office.member.made("/api/reminders", {"messageId": said["id"], "remindAt": LATER})
    await office.member.made(f"{path}/scheduled", {"content": "new year", "sendAt": LATER})
    await office.owner.made(f"{path}/bookmarks", {"title": "Here", "url": "https://example.com/"})
    hook = {"name": "Told", "url": "https://93.184.215.14/hook", "triggerWords": ["nobody-says-this"]}
    await office.owner.made(f"{path}/outgoing-hooks", hook)


async def copy_home(here: Place, there: Place) -> None:
    """As replication does."""
    for table, condition in COPIED.items():
        rows = await here.pool.fetch(f"SELECT * FROM {table} WHERE {condition or 'TRUE'}")
        await there.pool.copy_records_to_table(table, records=rows, columns=list(rows[0].keys()) if rows else None)


async def test_all_of_a_slot_goes_and_nothing_stays(two: Two) -> None:
    before = await two.here.rows(two.slot)
    assert {"channels", "messages", "drafts", "saved_messages", "reminders", "outgoing_hooks", "endpoints"} <= {*before}
    moved = await two.move()
    assert {table: number for table, number in moved.rows.items() if number} == {
        table: len(rows) for table, rows in before.items()
    }
    assert (await two.here.rows(two.slot), await two.there.rows(two.slot)) == ({}, before)
    assert not await leftovers(two)
    assert (await two.move()).rows == {}  # it is there already
    two.turn()
    await two.move()
    assert await two.there.rows(two.slot) == before


@pytest.mark.timeout(120 + 3 * ROUNDS)
async def test_wherever_it_is_cut_off_it_goes_on_or_is_taken_back(two: Two) -> None:
    dice = random.Random(SEED)
    steps = await steps_of(two)
    cuts = range(1, steps) if steps <= ROUNDS else sorted(dice.sample(range(1, steps), ROUNDS))
    said = len((await history(two))["messages"])
    for cut in cuts:
        before = await two.here.rows(two.slot)
        try:
            async with wire_to(two.here.url, cut) as wire:
                await two.move(wire)
        except (moving.NotMoved, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass
        print(f"seed {SEED}, cut after {cut} of {steps}")
        said += await look(two, before)
        if dice.random() < 0.3:
            await take_back(two)
        if dice.random() < 0.8 or not await two.here.has(two.slot):
            await two.move()
            two.turn()
        await reckon(two, said)


async def steps_of(two: Two) -> int:
    """How many messages to the servers a whole move is; it is moved there and back."""
    async with wire_to(two.here.url) as wire:
        await two.move(wire)
        sent = wire.sent
    two.turn()
    await two.move()
    two.turn()
    return sent


async def look(two: Two, before: Mapping[str, list[str]]) -> int:
    """How it stands after a cut, before anybody repairs anything; how many messages were posted."""
    owners = [
        place
        for place in two.both
        if await eventually(lambda place=place: settled(place)) and await place.has(two.slot)
    ]
    assert len(owners) <= 1
    seen = [await place.rows(two.slot) for place in two.both]
    if all(not rows for rows in seen):
        async with two.there.pool.acquire() as db:
            assert await staging.is_whole(db, two.slot)  # type: ignore[arg-type]
    assert sum(bool(rows) for rows in seen) <= 1, "seen in both"
    assert all(rows == before for rows in seen if rows)
    status, told = await two.say("meanwhile")
    assert status in (201, 503), told
    assert status == 503 or two.here in owners
    return int(status == 201)


async def settled(place: Place) -> bool:
    """The server has noticed that the client is gone."""
    return not await place.pool.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )


async def take_back(two: Two) -> None:
    source = await asyncpg.connect(two.here.url)
    try:
        await moving.undo(source, two.slot)
    except moving.NotMoved:
        return
    finally:
        await source.close()
    assert await two.here.has(two.slot)


async def history(two: Two) -> Any:
    path = f"/api/channels/{two.office.channel_id}/messages"
    return (await two.at(two.here, two.office.member).get(path))[1]


async def reckon(two: Two, said: int) -> None:
    """The slot is open in one; numbers have no gaps, counts are recounts, and all that was posted has been told."""
    assert [await place.has(two.slot) for place in two.both] == [True, False]
    assert await two.there.rows(two.slot) == {}
    assert not await leftovers(two)
    channel_id, reader = UUID(two.office.channel_id), two.office.member.user_id
    messages = await two.here.pool.fetch(SAID, channel_id)
    assert [each["seq"] for each in messages] == list(range(1, said + 1))
    path = f"/api/channels/{channel_id}/unread"
    _, unread = await two.at(two.here, two.office.member).get(path)
    after = [each for each in messages if each["seq"] > unread["lastReadSeq"] and each["user_id"] != reader]
    assert unread["unread"] == len([each for each in after if each["parent_message_id"] is None])
    for place in two.both:
        await place.relay()
    events = [
        ChannelEvent.FromString(value or b"")
        for place in two.both
        for topic, _, value in place.said
        if topic == "messaging.channels"
    ]
    told = [event.message_posted.message.id for event in events if event.HasField("message_posted")]
    assert {str(each["id"]) for each in messages} <= {*told}
    assert len({*told}) == len(told)


async def leftovers(two: Two) -> list[str]:
    query = """
        SELECT tgname FROM pg_trigger WHERE tgname LIKE 'leaving%'
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'arriving%'
    """
    return [row[0] for place in two.both for row in await place.pool.fetch(query)]


async def test_who_writes_to_a_slot_that_leaves_is_told_to_come_again(two: Two, http: aiohttp.ClientSession) -> None:
    office, path = two.office, f"/api/channels/{two.office.channel_id}"
    message_id = (await history(two))["messages"][0]["id"]
    reminder = await office.member.made("/api/reminders", {"messageId": message_id, "remindAt": LATER})
    await two.here.pool.execute("UPDATE reminders SET remind_at = now() WHERE id = $1", UUID(reminder["id"]))
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 1)
    await departures.fence(db, two.slot)
    before = await two.here.rows(two.slot)
    refused = [
        ("POST", f"{path}/messages", {"content": "hello"}),
        ("PUT", f"{path}/read", {"seq": 1}),
        ("PUT", f"{path}/draft", {"content": "other"}),
        ("PUT", f"/api/messages/{message_id}/saved", {"note": "other"}),
        ("PUT", f"/api/messages/{message_id}", {"content": "other"}),
        ("POST", "/api/reminders", {"messageId": message_id, "remindAt": LATER}),
    ]
    for method, place, body in refused:
        who = office.owner if method == "PUT" and place.endswith(message_id) else office.member
        async with http.request(method, two.here.http_url + place, json=body, headers=who.headers) as answer:
            assert (answer.status, answer.headers.get("Retry-After")) == (503, "1"), place
            assert (await answer.json())["type"] == "unavailable"
    await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "hello"})
    await reminders.tell_due(two.here.pool)  # others' are not held up, and this one waits
    assert await two.here.rows(two.slot) == before
    assert (await office.member.get(f"{path}/messages"))[0] == 200
    await moving.undo(db, two.slot)
    assert (await two.say("again"))[0] == 201
    await db.close()


async def test_what_has_gone_is_said_to_be_elsewhere(two: Two) -> None:
    await two.move()
    assert (await two.say("too late"))[0] == 503
    assert (await two.at(two.here, two.office.member).get(f"/api/channels/{two.office.channel_id}/messages"))[0] == 503


async def test_no_channel_is_made_in_a_slot_that_has_gone(two: Two) -> None:
    await two.move()
    async with two.here.pool.acquire() as db:
        assert slot_of(await shards.new_channel_id(db, two.slot)) != two.slot
        with pytest.raises(asyncpg.CannotConnectNowError):
            await db.execute(
                "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, 'late')",
                new_id(two.slot), UUID(two.office.workspace_id),
            )  # fmt: skip


async def test_events_of_members_are_told_before_the_slot_goes(two: Two) -> None:
    """They are told under another key than their channel's."""
    source, target = await asyncpg.connect(two.here.url), await asyncpg.connect(two.there.url)
    await two.here.relay()
    await two.office.owner.made(f"/api/channels/{two.office.channel_id}/messages", {"content": "one more"})
    await two.here.pool.execute("DELETE FROM outbox WHERE topic = 'messaging.channels'")
    await two.office.owner.ask("DELETE", f"/api/channels/{two.office.channel_id}/members/{two.office.member.user_id}")
    await two.here.pool.execute("DELETE FROM outbox WHERE topic = 'messaging.channels'")
    assert await two.here.pool.fetchval("SELECT count(*) FROM outbox") > 0
    moving_limit, moving.TOLD_WITHIN = moving.TOLD_WITHIN, 0.3
    try:
        with pytest.raises(moving.NotMoved, match=r"events are not told to Kafka.*stays where it was"):
            await moving.move(source, target, two.slot)
    finally:
        moving.TOLD_WITHIN = moving_limit
        source.terminate()
        target.terminate()
    assert await two.here.has(two.slot)
    assert (await two.say("it is open"))[0] == 201


async def test_a_draft_changed_after_the_move_is_newer_than_before_it(two: Two) -> None:
    await two.here.pool.execute("SELECT setval('draft_versions', 6400000)")
    path = f"/api/channels/{two.office.channel_id}/draft"
    await two.office.member.put(path, {"content": "before"})
    _, before = await two.office.member.get("/api/drafts")
    await two.move()
    there = two.at(two.there, two.office.member)
    assert (await there.put(path, {"content": "after"}))[0] == 200
    _, after = await there.get("/api/drafts")
    assert after["drafts"][0]["version"] > before["drafts"][0]["version"]
    assert after["drafts"][0]["version"] % owning.MOST_SHARDS == 1


async def test_a_client_id_that_is_taken_there_keeps_nobody_here(two: Two) -> None:
    await two.there.pool.execute(
        "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, 'other')", new_id(SLOTS - 1),
        UUID(two.office.workspace_id),
    )  # fmt: skip
    await two.there.pool.execute(
        """
        INSERT INTO messages (id, channel_id, user_id, content, seq, client_message_id, created_at, updated_at)
        SELECT $1, id, $2, 'there', 1, 'one', now(), now() FROM channels WHERE name = 'other'
        """,
        new_id(SLOTS - 1), two.office.owner.user_id,
    )  # fmt: skip
    said = (await history(two))["messages"]
    await two.move()
    two.turn()
    there = (await history(two))["messages"]
    assert [each["id"] for each in there] == [each["id"] for each in said]


async def test_who_was_removed_while_the_slot_left_is_out_of_its_channels(two: Two) -> None:
    await two.there.pool.execute("DELETE FROM workspace_members WHERE user_id = $1", two.office.member.user_id)
    await two.move()
    two.turn()
    members = "SELECT count(*) FROM channel_members WHERE user_id = $1 AND channel_id = $2"
    ids = two.office.member.user_id, UUID(two.office.channel_id)
    assert await two.here.pool.fetchval(members, *ids) == 0
    await two.here.relay()
    assert ("messaging.channel_members", f"{ids[1]}/{ids[0]}".encode(), None) in two.here.said


async def test_a_name_that_is_taken_there_is_said_and_nothing_has_moved(two: Two) -> None:
    before = await two.here.rows(two.slot)
    name = await two.here.pool.fetchval("SELECT name FROM channels WHERE id = $1", UUID(two.office.channel_id))
    await two.there.pool.execute(
        "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, $3)", new_id(SLOTS - 1),
        UUID(two.office.workspace_id), name,
    )  # fmt: skip
    with pytest.raises(moving.NotMoved, match=rf"{name}.*already exists.*stays where it was"):
        await two.move()
    assert await two.here.rows(two.slot) == before
    assert await two.here.has(two.slot)
    assert not await leftovers(two)


async def test_a_slot_on_its_way_goes_nowhere_else(two: Two) -> None:
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 7)
    await db.close()
    with pytest.raises(moving.NotMoved, match=r"from database 0 to 7"):
        await two.move()
