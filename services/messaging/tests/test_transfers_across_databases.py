"""A workspace's channels are in two databases: it is imported and exported whole, whoever is killed between the two."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from canonical import canonical
from chassis.confined.runner import Runner
from chassis.database import create_pool
from chassis.slots import SLOTS, slot_of, slot_of_name
from messaging.application import app_of
from messaging.settings import Settings
from messaging.sharding import departures, moving, owning
from messaging.sharding.databases import Across, Databases
from messaging.transfers import worker
from office import SECRET, Asker, Office
from slack_export import channel, files_of, said, user, zipped
from testkit import Databases as NewDatabases
from testkit import Issuer, served
from transfer_runs import exported, imported, previewed, work, working
from two_places import Place

HALF = SLOTS // 2
# So many that some are in each.
NAMES = [f"topic {letter}" for letter in "abcdefghijkl"]
MESSAGES = 300
ALL = len(NAMES) * MESSAGES
SAID = "SELECT seq, content FROM messages WHERE channel_id = $1 ORDER BY seq"


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with working() as started:
        yield started


@pytest_asyncio.fixture
async def away(database: NewDatabases) -> AsyncIterator[asyncpg.Pool]:
    """The database that has the upper half of all slots."""
    pool = await create_pool(await database("messaging"))
    async with pool.acquire() as db:
        await owning.say(db, 1, range(HALF, SLOTS))
    yield pool
    pool.terminate()


@pytest_asyncio.fixture
async def single(database: NewDatabases, tokens: Issuer, decoder: Runner) -> AsyncIterator[tuple[str, Databases]]:
    """Another installation, of one database."""
    database_url = await database("messaging")
    pool = await create_pool(database_url)
    settings = settings_of(database_url, tokens)
    async with served(app_of(settings, pool, decoder)) as base:
        yield base, Databases(pool)
    pool.terminate()


def settings_of(database_url: str, tokens: Issuer) -> Settings:
    return Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": database_url,
        }
    )  # fmt: skip


@pytest_asyncio.fixture
async def databases(pool: asyncpg.Pool, away: asyncpg.Pool) -> Databases:
    async with pool.acquire() as db:
        await owning.say(db, 0, range(HALF))
    return Databases(pool, [away])


@pytest.fixture
async def url(
    databases: Databases, pool: asyncpg.Pool, database_url: str, tokens: Issuer, decoder: Runner
) -> AsyncIterator[str]:
    settings = settings_of(database_url, tokens)
    async with served(app_of(settings, pool, decoder, databases=databases)) as base:
        yield base


async def copied(databases: Databases) -> None:
    """As replication does, whatever was there before."""
    home, away = (Place(number, "", pool, "") for number, pool in enumerate((databases.home, *databases.others)))
    async with away.pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL session_replication_role = 'replica'")
        for table in ("workspace_members", "users", "workspaces"):
            await db.execute(f"DELETE FROM {table}")
        for table in ("workspaces", "users", "workspace_members"):
            rows = await home.pool.fetch(f"SELECT * FROM {table}")
            await db.copy_records_to_table(table, records=rows, columns=list(rows[0].keys()))


def slack_export(office: Office) -> bytes:
    users = [user("U1", "Mina", office.member.email), user("U2", "Uli")]
    channels = [channel(f"C{number}", name, "U1", "U2") for number, name in enumerate(NAMES)]
    days = {
        f"{name}/2020-09-13": [said(number, f"U{number % 2 + 1}", f"{name} {number}") for number in range(MESSAGES)]
        for name in NAMES
    }
    return zipped(files_of(users, channels, days))


async def channels_of(databases: Databases, workspace_id: str) -> dict[str, tuple[UUID, asyncpg.Pool]]:
    query = "SELECT id, name FROM channels WHERE workspace_id = $1 AND NOT is_default AND name LIKE 'topic%'"
    return {
        row["name"]: (row["id"], pool)
        for pool in (databases.home, *databases.others)
        for row in await pool.fetch(query, UUID(workspace_id))
    }


async def reckon(databases: Databases, workspace_id: str) -> None:
    """Each channel is where its slot is, and has each message once, in order."""
    found = await channels_of(databases, workspace_id)
    assert sorted(found) == NAMES
    assert {pool for _, pool in found.values()} == {databases.home, *databases.others}
    for name, (id_, pool) in found.items():
        assert ((slot_of(id_) or 0) >= HALF) == (pool is not databases.home)
        rows = [tuple(row) for row in await pool.fetch(SAID, id_)]
        assert rows == [(number + 1, f"{name} {number}") for number in range(MESSAGES)]
        assert await pool.fetchval("SELECT message_count FROM channels WHERE id = $1", id_) == MESSAGES


async def test_imported_twice_each_channel_is_where_its_slot_is_and_nothing_is_doubled(
    office: Office, databases: Databases, runner: Runner
) -> None:
    await copied(databases)
    file = slack_export(office)
    done = await imported(office.owner, office.workspace_id, file, databases, runner, keepForever=True)
    report = done["report"]
    assert (done["state"], report["channelsNew"], report["messagesNew"]) == ("done", len(NAMES), ALL), done
    await reckon(databases, office.workspace_id)
    again = await imported(office.owner, office.workspace_id, file, databases, runner)
    assert (again["state"], again["report"]["messagesBefore"]) == ("done", ALL)
    assert not {"messagesNew", "channelsNew"} & {*again["report"]}
    await reckon(databases, office.workspace_id)
    members = "SELECT count(*) FROM channel_members WHERE user_id = $1"
    for _, pool in (await channels_of(databases, office.workspace_id)).values():
        assert await pool.fetchval(members, office.member.user_id) > 0
    assert await databases.others[0].fetchval("SELECT count(*) FROM transfer_steps") == 0


async def empty(databases: Databases, who: Asker) -> str:
    workspace_id = str((await who.made("/api/workspaces", {"name": "Elsewhere"}))["id"])
    if databases.others:
        await copied(databases)
    return workspace_id


async def talk(databases: Databases, office: Office, away: Asker) -> None:
    """Made by who is at the one or the other, as the gateway would ask."""
    for name in NAMES:
        is_away = slot_of_name(UUID(office.workspace_id), name) >= HALF
        who = away if is_away else office.owner
        path = (
            f"/api/channels/{(await who.made(f'/api/workspaces/{office.workspace_id}/channels', {'name': name}))['id']}"
        )
        first = await who.made(f"{path}/messages", {"content": f"first in {name}"})
        await who.made(f"{path}/messages", {"content": "reply", "parentMessageId": first["id"]})
        await who.put(f"/api/messages/{first['id']}/reactions/%F0%9F%91%8D", None)
        edited = await who.made(f"{path}/messages", {"content": "mistake"})
        await who.put(f"/api/messages/{edited['id']}", {"content": "*edited*"})
        await who.made(f"/api/messages/{edited['id']}/pin")
        await who.made(f"{path}/bookmarks", {"title": "Here", "url": "https://example.com/"})


async def test_what_two_databases_have_makes_an_equal_workspace_in_one_and_the_other_way(
    office: Office, databases: Databases, single: tuple[str, Databases], runner: Runner, tokens: Issuer, decoder: Runner
) -> None:
    olga, (url, one) = office.owner, single
    for who in (office.member, office.guest):
        await olga.delete(f"/api/workspaces/{office.workspace_id}/members/{who.user_id}")
    await copied(databases)
    async with served(app_of(settings_of("postgresql://unused", tokens), databases.others[0], decoder)) as away_url:
        await talk(databases, office, Asker(olga.http, away_url, olga.user_id, olga.email, olga.headers))
    assert {pool for _, pool in (await channels_of(databases, office.workspace_id)).values()} == {
        databases.home, *databases.others
    }  # fmt: skip
    first = await exported(olga, office.workspace_id, databases, runner)
    here = Asker(olga.http, url, olga.user_id, olga.email, olga.headers)
    there = await empty(one, here)
    assert (await imported(here, there, first, one, runner, takeSettings=True))["state"] == "done"
    second = await exported(here, there, one, runner)
    assert canonical(second) == canonical(first)
    again = await empty(databases, olga)
    assert (await imported(olga, again, second, databases, runner, takeSettings=True))["state"] == "done"
    await copied(databases)
    assert {pool for _, pool in (await channels_of(databases, again)).values()} == {databases.home, *databases.others}
    assert canonical(await exported(olga, again, databases, runner)) == canonical(first)


class Killed(BaseException):
    """The process is gone."""


class Mortal(Databases):
    """Dies once the others have kept what home has not."""

    lives = 0

    @asynccontextmanager
    async def beside(self, home: Any, **options: Any) -> AsyncIterator[Across]:
        async with super().beside(home, **options) as across:
            yield across
            has_written = bool(across._opened)
        if has_written and self.lives:
            self.lives -= 1
            if not self.lives:
                raise Killed


async def test_whoever_is_killed_between_two_databases_is_followed_by_another_and_nothing_is_lost_or_doubled(
    office: Office, databases: Databases, runner: Runner
) -> None:
    await copied(databases)
    path, _ = await previewed(office.owner, office.workspace_id, slack_export(office), databases, runner)
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    mortal, deaths = Mortal(databases.home, databases.others), 0
    for lives in [1, 1, 2, 2, 3, *(random.randint(1, 4) for _ in range(12))]:
        mortal.lives = lives
        try:
            await worker.work_on_next(mortal, runner, 1_000_000)
        except Killed:
            deaths += 1
        await databases.home.execute("UPDATE transfers SET due_at = now()")
    mortal.lives = 0
    await work(databases, runner)
    _, told = await office.owner.get(path)
    counts = {
        name: told["report"].get(name) for name in ("channelsNew", "messagesNew", "messagesBefore", "channelsDone")
    }
    assert counts == {"channelsNew": len(NAMES), "messagesNew": ALL, "messagesBefore": None, "channelsDone": len(NAMES)}
    assert (told["state"], told["progress"], deaths >= 4) == ("done", ALL, True)
    await reckon(databases, office.workspace_id)


async def test_while_a_slot_is_closed_an_import_and_an_export_wait_and_then_go_on(
    office: Office, databases: Databases, runner: Runner, database_url: str
) -> None:
    await copied(databases)
    first = await imported(office.owner, office.workspace_id, slack_export(office), databases, runner, keepForever=True)
    assert first["state"] == "done"
    before = canonical(await exported(office.owner, office.workspace_id, databases, runner, includePrivate=True))
    id_ = next(
        id_ for id_, pool in (await channels_of(databases, office.workspace_id)).values() if pool is databases.home
    )
    db = await asyncpg.connect(database_url)
    await departures.begin(db, slot_of(id_) or 0, 1)
    await departures.fence(db, slot_of(id_) or 0)
    base = f"/api/workspaces/{office.workspace_id}"
    export = await office.owner.made(f"{base}/exports", {"includePrivate": True})
    path, _ = await previewed(office.owner, office.workspace_id, slack_export(office), databases, runner)
    await office.owner.made(f"{path}/confirm", {})
    await work(databases, runner)
    for each in (f"{base}/exports/{export['id']}", path):
        assert (await office.owner.get(each))[1]["state"] == "running", each
    assert await databases.home.fetchval("SELECT max(attempts) FROM transfers WHERE state = 'running'") == 0
    await moving.undo(db, slot_of(id_) or 0)
    await db.close()
    await databases.home.execute("UPDATE transfers SET due_at = now()")
    await work(databases, runner)
    for each in (f"{base}/exports/{export['id']}", path):
        assert (await office.owner.get(each))[1]["state"] == "done", each
    after = canonical(await exported(office.owner, office.workspace_id, databases, runner, includePrivate=True))
    assert after == before


async def test_a_database_that_is_not_known_is_waited_for_as_long_as_the_export_is_kept(
    office: Office, databases: Databases, runner: Runner
) -> None:
    export = await office.owner.made(f"/api/workspaces/{office.workspace_id}/exports", {})
    await work(Databases(databases.home), runner)
    path = f"/api/workspaces/{office.workspace_id}/exports/{export['id']}"
    assert (await office.owner.get(path))[1]["state"] == "running"
    await databases.home.execute("UPDATE transfers SET due_at = now(), expires_at = now()")
    await work(Databases(databases.home), runner)
    told = (await office.owner.get(path))[1]
    assert (told["state"], told["failure"]) == ("failed", worker.BROKEN)
