"""How fast messaging answers with a year of a company's messages in it, beside the bare queries in the same database.

`python bench/scale.py [messages] [seconds]`, 10,000,000 and 20 unless told. Loading takes minutes and some gigabytes.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import uvloop
from product import Member, Product, machine, running

CHANNELS = 10_000
PEOPLE = 1_000
WARM = 4  # seconds of asking before it counts: connections are opened, statements prepared
IN_A_CHANNEL = 50  # so that each person is in 500 channels
BIG, BIG_SHARE = 100, 0.2  # so many channels have that share of all messages

# Ids that rise with time, as the product's own do.
ID = """(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(channel_id::text || seq), 1, 3) || '8' || substr(md5(channel_id::text || seq), 4, 15))::uuid"""
# The person at a place of a channel.
PERSON = "(SELECT id FROM people WHERE number = (n * 7 + ({place}) * 20) % {people})"
LOAD = (
    """INSERT INTO users (id, organization_id, email, name)
    SELECT id, gen_random_uuid(), id || '@example.com', 'Person ' || id FROM people""",
    """INSERT INTO workspaces (id, name, organization_id, created_by, retention_days)
    SELECT gen_random_uuid(), 'Bench', gen_random_uuid(), gen_random_uuid(), 0""",
    """INSERT INTO workspace_members (id, workspace_id, user_id)
    SELECT gen_random_uuid(), w.id, p.id FROM workspaces w, people p""",
    """CREATE TEMP TABLE plan AS
    SELECT gen_random_uuid() AS id, n, CASE WHEN n <= {big} THEN {big_size} ELSE {size} END AS size
    FROM generate_series(1, {channels}) AS n""",
    """INSERT INTO channels (id, workspace_id, name, last_seq, message_count)
    SELECT plan.id, w.id, 'channel-' || n, size, size FROM plan, workspaces w""",
    """INSERT INTO channel_members (channel_id, user_id, last_read_seq, furthest_read_seq)
    SELECT id, {member}, read, read FROM plan, generate_series(1, {members}) AS place, LATERAL
        (SELECT CASE WHEN (n + place) % 5 = 0 THEN greatest(0, size - (n * place) % 500) ELSE size END AS read) AS r""",
    # In the order of time, which is how they came: a channel's messages are scattered over the table.
    """INSERT INTO messages
        (id, channel_id, user_id, content, seq, client_message_id, reactions, created_at, updated_at)
    SELECT {id}, channel_id, {author},
        'Message ' || seq || ' of a conversation that is about as long as most of them are: ' || md5(seq::text),
        seq, channel_id || '-' || seq, CASE WHEN seq % 20 = 0 THEN '{{"👍": []}}'::jsonb ELSE '{{}}' END, at, at
    FROM (SELECT id AS channel_id, n, seq, now() - interval '1 year' * (1 - (seq - random()) / size) AS at
        FROM plan, LATERAL generate_series(1, size) AS seq ORDER BY at) AS written""",
    """INSERT INTO message_mentions (channel_id, user_id, seq, message_id, author_id, kind)
    SELECT m.channel_id, {mentioned}, m.seq, m.id, m.user_id, 'user'
    FROM messages m JOIN plan ON plan.id = m.channel_id WHERE m.seq % 100 = 0""",
)


@dataclass(frozen=True, slots=True)
class Company:
    """What was loaded."""

    people: list[Member]
    channels: dict[UUID, list[UUID]]  # channels of the people who are measured
    loaded_in: float
    size: str


async def load(product: Product, messages: int) -> Company:
    """Fill messaging's tables as it would have itself, with the indexes made at the end."""
    db = await asyncpg.connect(product.database_url, command_timeout=3600)
    people = [product.member() for _ in range(PEOPLE)]
    started = time.perf_counter()
    sizes = {
        "big": BIG, "big_size": int(messages * BIG_SHARE / BIG), "channels": CHANNELS, "id": ID,
        "size": int(messages * (1 - BIG_SHARE) / (CHANNELS - BIG)), "members": IN_A_CHANNEL,
        "member": PERSON.format(place="place", people=PEOPLE),
        "author": PERSON.format(place=f"1 + seq % {IN_A_CHANNEL}", people=PEOPLE),
        "mentioned": PERSON.format(place=f"1 + (m.seq / 100) % {IN_A_CHANNEL}", people=PEOPLE),
    }  # fmt: skip
    await db.execute("CREATE TEMP TABLE people (number INTEGER PRIMARY KEY, id UUID)")
    await db.copy_records_to_table("people", records=enumerate(member.user_id for member in people))
    later = await _without_indexes(db)
    for statement in LOAD:
        await db.execute(statement.format(**sizes))
    for definition in later:
        await db.execute(definition)
    await db.execute("VACUUM ANALYZE")
    measured = random.sample(people, 50)
    rows = await db.fetch(
        "SELECT user_id, array_agg(channel_id) AS channels FROM channel_members WHERE user_id = ANY($1) GROUP BY 1",
        [member.user_id for member in measured],
    )
    size = await db.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    await db.close()
    channels = {row["user_id"]: row["channels"] for row in rows}
    return Company(measured, channels, time.perf_counter() - started, size)


async def _without_indexes(db: asyncpg.Connection) -> list[str]:
    """Drop what can be made again quicker than kept; the statements that make it."""
    rows = await db.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint WHERE conrelid = 'messages'::regclass)"
    )
    for row in rows:
        await db.execute(f'DROP INDEX "{row["indexname"]}"')
    return [row["indexdef"] for row in rows]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask again and again, so many times a second; by the product, or of the database alone."""

    name: str
    a_second: float
    ask: Callable[[], Awaitable[object]]


async def timed(question: Question, seconds: float) -> tuple[float, float, int]:
    """(p50, p99) in milliseconds, and how often; asked at a steady rate, whatever the answers take."""
    took: list[float] = []

    async def once() -> None:
        began = time.perf_counter()
        await question.ask()
        took.append((time.perf_counter() - began) * 1000)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds * question.a_second)):
            await asyncio.sleep(started + number / question.a_second - time.perf_counter())
            group.create_task(once())
    centiles = statistics.quantiles(took, n=100)
    return centiles[49], centiles[98], len(took)


class Questions:
    """What a client asks when it starts and while people talk."""

    def __init__(self, product: Product, company: Company, pool: asyncpg.Pool) -> None:
        self._product, self._company, self._pool = product, company, pool

    def _somebody(self) -> tuple[Member, UUID]:
        member = random.choice(self._company.people)
        return member, random.choice(self._company.channels[member.user_id])

    async def newest(self) -> object:
        member, channel_id = self._somebody()
        return await self._product.ask(member, "GET", f"/api/channels/{channel_id}/messages?limit=50")

    async def older(self) -> object:
        member, channel_id = self._somebody()
        where = await self._pool.fetchval(
            "SELECT m.id FROM messages m JOIN channels c ON c.id = m.channel_id "
            "WHERE channel_id = $1 AND seq = 1 + floor($2 * c.last_seq)", channel_id, random.random()
        )  # fmt: skip
        return await self._product.ask(member, "GET", f"/api/channels/{channel_id}/messages?limit=50&before={where}")

    async def newest_bare(self) -> object:
        _, channel_id = self._somebody()
        query = "SELECT * FROM messages WHERE channel_id = $1 ORDER BY seq DESC LIMIT 51"
        return await self._pool.fetch(query, channel_id)

    async def send(self) -> object:
        member, channel_id = self._somebody()
        body = {"content": "A message of about a hundred characters, as people write them, which is stored for good."}
        return await self._product.ask(member, "POST", f"/api/channels/{channel_id}/messages", body)

    async def start(self) -> object:
        member, _ = self._somebody()
        return await self._product.ask(member, "GET", "/api/unread")

    async def own(self) -> object:
        return await self._listed("member=true")

    async def page(self) -> object:
        return await self._listed("limit=200")

    async def _listed(self, query: str) -> object:
        member, _ = self._somebody()
        workspaces = await self._product.ask(member, "GET", "/api/workspaces")
        workspace_id = workspaces["workspaces"][0]["id"]
        return await self._product.ask(member, "GET", f"/api/workspaces/{workspace_id}/channels?{query}")

    def all(self) -> tuple[Question, ...]:
        return (
            Question("newest 50 of a channel, bare query", 50, self.newest_bare),
            Question("newest 50 of a channel", 50, self.newest),
            Question("50 from anywhere in a channel", 50, self.older),
            Question("send", 50, self.send),
            Question("start: unread of 500 channels", 5, self.start),
            Question("start: list of one's 500 channels", 5, self.own),
            Question("first 200 of all 10,000 channels", 5, self.page),
        )


async def main(messages: int, seconds: int) -> None:
    print(machine())
    async with running() as product:
        company = await load(product, messages)
        print(f"{messages:,} messages in {CHANNELS:,} channels: {company.size}, loaded in {company.loaded_in:.0f} s")
        async with asyncpg.create_pool(product.database_url, min_size=2, max_size=8) as pool:
            for question in Questions(product, company, pool).all():
                await timed(question, WARM)
                p50, p99, number = await timed(question, seconds)
                print(
                    f"  {question.name:<38} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   ({number} at {question.a_second}/s)"
                )


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    uvloop.run(main(given[0] if given else 10_000_000, given[1] if len(given) > 1 else 20))
