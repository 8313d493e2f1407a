"""A channel of everything that a channel can have, and two databases where it may be."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from cut_wires import Wire
from messaging.sharding import moving, owning, staging
from messaging.sharding.tables import COPIED, OF_CHANNELS, rows_of
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, Office
from testkit import eventually

SAID = "SELECT id, seq, user_id, parent_message_id FROM messages WHERE channel_id = $1 ORDER BY seq"
LATER = (datetime.now(UTC) + timedelta(days=30)).isoformat()


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


async def history(two: Two) -> Any:
    path = f"/api/channels/{two.office.channel_id}/messages"
    return (await two.at(two.here, two.office.member).get(path))[1]


async def leftovers(two: Two) -> list[str]:
    query = """
        SELECT tgname FROM pg_trigger WHERE tgname LIKE 'leaving%'
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'arriving%'
    """
    return [row[0] for place in two.both for row in await place.pool.fetch(query)]


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
    source, target = await asyncpg.connect(two.here.url), await asyncpg.connect(two.there.url)
    try:
        await moving.undo(source, two.slot, target)
    except moving.NotMoved:
        return
    finally:
        await source.close()
        await target.close()
    assert await two.here.has(two.slot)


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
