"""Links are looked at after their message is sent, and what they lead to is shown once, until the author wants none."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio
from chassis.confined.runner import Runner
from messaging.outbound.guard import Refused, Unreachable
from messaging.previews import jobs, worker
from messaging.previews.pages import Look
from messaging.previews.reading import Words
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Office
from strangers import Stranger, answer, fetcher, silent, stranger
from testkit import eventually, process

LINK = "https://a.example/x"
A_PAGE = {"url": LINK, "title": "A page", "description": None, "siteName": "Shop"}
PLENTY = 1_000


class Web:
    """What addresses lead to, and which were asked."""

    def __init__(self, **pages: Words | Exception) -> None:
        self.pages = {url.replace("_", "."): page for url, page in pages.items()}
        self.asked: list[str] = []

    async def look(self, url: str) -> Words:
        self.asked.append(url)
        page = self.pages.get(url.removeprefix("https://").split("/")[0], Words("A page", None, "Shop"))
        if isinstance(page, Exception):
            raise page
        return page


async def look_at_all(pool: asyncpg.Pool, look: Look | None, per_minute: int = PLENTY) -> None:
    while await worker.look_at_next(pool, look, per_minute):
        pass


async def later(pool: asyncpg.Pool) -> None:
    """As if what was put off were due."""
    await pool.execute("UPDATE preview_jobs SET due_at = now()")


async def updates(pool: asyncpg.Pool) -> list[ChannelEvent]:
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    events = [ChannelEvent.FromString(row["value"]) for row in rows]
    return [event for event in events if event.WhichOneof("payload") == "message_updated"]


async def test_what_a_link_leads_to_is_shown_and_told(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, f"see **{LINK}** and {LINK}.")
    assert message["previews"] == []
    await look_at_all(pool, Web().look)
    (shown,) = (await office.history(office.member))["messages"]
    assert shown["previews"] == [A_PAGE]
    assert {**shown, "previews": [], "updatedAt": message["updatedAt"], "revision": 0} == message
    assert shown["updatedAt"] > message["updatedAt"]
    (told,) = await updates(pool)
    assert [preview.title for preview in told.message_updated.message.previews] == ["A page"]
    assert told.message_updated.message.revision == shown["revision"] == 1


async def test_only_links_of_the_web_outside_of_code_wait(office: Office, pool: asyncpg.Pool) -> None:
    for content in ("no link", f"`{LINK}`", f"```\n{LINK}\n```", "mailto:ada@a.example **x**", "ftp://a.example"):
        await office.say(office.owner, content)
    await office.say(office.owner, LINK, contentType="code")
    assert await pool.fetchval("SELECT count(*) FROM preview_jobs") == 0
    await office.say(office.owner, " ".join(f"https://a.example/{place}" for place in range(9)))
    web = Web()
    await look_at_all(pool, web.look)
    assert sorted(web.asked) == [f"https://a.example/{place}" for place in range(5)]


async def test_an_address_is_asked_once_a_day_for_a_workspace(office: Office, pool: asyncpg.Pool) -> None:
    web = Web(b_example=Refused("it is no page"))
    for _ in range(3):
        await office.say(office.owner, f"{LINK} https://b.example")
        await look_at_all(pool, web.look)
    assert sorted(web.asked) == [LINK, "https://b.example"]
    told = await office.history(office.owner)
    assert [message["previews"] for message in told["messages"]] == [[A_PAGE]] * 3
    await pool.execute("UPDATE link_pages SET fetched_at = now() - interval '25 hours'")
    await office.say(office.owner, LINK)
    await look_at_all(pool, web.look)
    assert web.asked.count(LINK) == 2
    assert await pool.fetchval("SELECT count(*) FROM link_pages") == 1


async def test_who_does_not_answer_is_asked_three_times(office: Office, pool: asyncpg.Pool) -> None:
    web = Web(a_example=Unreachable("it answers 503"))
    await office.say(office.owner, LINK)
    for _ in range(5):
        await look_at_all(pool, web.look)
        await later(pool)
    assert web.asked == [LINK] * 3
    assert await pool.fetchval("SELECT count(*) FROM preview_jobs") == 0
    assert await pool.fetchval("SELECT outcome FROM link_pages") == "it answers 503"
    assert await updates(pool) == []


async def test_a_fault_of_a_page_ends_no_more_than_its_own_preview(office: Office, pool: asyncpg.Pool) -> None:
    web = Web(b_example=RuntimeError("unforeseen"))
    await office.say(office.owner, f"https://b.example {LINK}")
    await look_at_all(pool, web.look)
    (message,) = (await office.history(office.owner))["messages"]
    assert message["previews"] == [A_PAGE]


async def test_whoever_takes_over_from_a_dead_worker_shows_it_once(office: Office, pool: asyncpg.Pool) -> None:
    await office.say(office.owner, LINK)
    async with pool.acquire() as db:
        abandoned = await jobs.take(db)
        assert abandoned is not None
        assert await jobs.take(db) is None
    await later(pool)
    await look_at_all(pool, Web().look)
    async with pool.acquire() as db, db.transaction():
        assert not await jobs.finish(db, abandoned, [{"url": LINK, "title": "too late"}])
    (message,) = (await office.history(office.owner))["messages"]
    assert message["previews"] == [A_PAGE]
    assert len(await updates(pool)) == 1


async def test_a_message_that_kills_its_workers_is_given_up(office: Office, pool: asyncpg.Pool) -> None:
    await office.say(office.owner, LINK)
    for _ in range(worker.ATTEMPTS):
        async with pool.acquire() as db:
            assert await jobs.take(db)
        await later(pool)
    web = Web()
    await look_at_all(pool, web.look)
    assert web.asked == []
    assert await pool.fetchval("SELECT count(*) FROM preview_jobs") == 0


async def test_many_workers_show_each_message_once(office: Office, pool: asyncpg.Pool) -> None:
    for number in range(20):
        await office.say(office.owner, f"https://a.example/{number}")
    await asyncio.gather(*(look_at_all(pool, Web().look) for _ in range(4)))
    assert len(await updates(pool)) == 20


async def test_an_edit_keeps_what_is_still_linked_and_looks_at_what_is_new(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, LINK)
    await look_at_all(pool, Web().look)
    path = f"/api/messages/{message['id']}"
    _, edited = await office.owner.put(path, {"content": f"{LINK} https://b.example"})
    assert edited["previews"] == [A_PAGE]
    await look_at_all(pool, Web(b_example=Words("Another", None, None)).look)
    (shown,) = (await office.history(office.owner))["messages"]
    assert [preview["title"] for preview in shown["previews"]] == ["A page", "Another"]
    _, without = await office.owner.put(path, {"content": "nothing to see"})
    assert without["previews"] == []


async def test_what_was_edited_meanwhile_is_not_shown(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, LINK)
    async with pool.acquire() as db:
        job = await jobs.take(db)
    assert job is not None
    await office.owner.put(f"/api/messages/{message['id']}", {"content": "https://b.example"})
    async with pool.acquire() as db, db.transaction():
        assert not await jobs.finish(db, job, [{"url": LINK, "title": "of before"}])
    await office.owner.delete(f"/api/messages/{message['id']}")
    await look_at_all(pool, Web().look)
    (tombstone,) = (await office.history(office.owner))["messages"]
    assert tombstone["previews"] == []


async def test_the_author_alone_removes_previews_and_they_stay_away(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.member, LINK)
    await look_at_all(pool, Web().look)
    path = f"/api/messages/{message['id']}/previews"
    assert (await office.owner.delete(path))[0] == 403
    assert (await office.stranger.delete(path))[0] == 404
    for _ in range(2):
        assert (await office.member.delete(path))[0] == 204
    await office.member.put(f"/api/messages/{message['id']}", {"content": f"{LINK} https://b.example"})
    await look_at_all(pool, Web().look)
    (shown,) = (await office.history(office.owner))["messages"]
    assert shown["previews"] == []
    assert [len(event.message_updated.message.previews) for event in await updates(pool)] == [1, 0, 0]


async def test_previews_removed_before_they_came_do_not_come(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, LINK)
    async with pool.acquire() as db:
        assert await jobs.take(db)
    assert (await office.owner.delete(f"/api/messages/{message['id']}/previews"))[0] == 204
    await later(pool)
    await look_at_all(pool, Web().look)
    assert await updates(pool) == []


async def test_a_workspace_asks_for_so_many_pages_in_a_minute_and_no_more(office: Office, pool: asyncpg.Pool) -> None:
    web = Web()
    for number in range(5):
        await office.say(office.owner, f"https://a.example/{number}")
    await look_at_all(pool, web.look, per_minute=3)
    assert len(web.asked) == 3
    await later(pool)
    await look_at_all(pool, web.look, per_minute=3)
    assert len(web.asked) == 3
    await pool.execute("UPDATE link_pages SET fetched_at = now() - interval '2 minutes'")
    await later(pool)
    await look_at_all(pool, web.look, per_minute=3)
    assert len(web.asked) == 5


async def test_without_previews_nothing_is_asked_and_nothing_waits(office: Office, pool: asyncpg.Pool) -> None:
    await office.say(office.owner, LINK)
    await look_at_all(pool, None)
    assert await pool.fetchval("SELECT count(*) FROM preview_jobs") == 0
    assert await updates(pool) == []


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Stranger]:
    async with stranger() as server:
        yield server


async def test_a_page_is_shown_in_its_own_words_and_never_as_html(
    office: Office, pool: asyncpg.Pool, shop: Stranger, tmp_path: Path
) -> None:
    shop.answers = {"/": answer(b"<!doctype html><title>&lt;img src=x onerror=alert(1)&gt;</title>")}
    await office.say(office.owner, shop.url())
    async with Runner(within=tmp_path) as runner:
        await look_at_all(pool, worker.looking_with(fetcher(shop.place), runner))
    (shown,) = (await office.history(office.owner))["messages"]
    assert shown["previews"][0]["title"] == "<img src=x onerror=alert(1)>"


async def test_a_worker_that_is_killed_in_the_middle_is_followed_by_another(
    office: Office, pool: asyncpg.Pool, database_url: str, shop: Stranger
) -> None:
    shop.answers = {"/": silent}
    await office.say(office.owner, f"http://127.0.0.1:{shop.port}/")
    settings = {"NEXUS_LINK_PREVIEWS_ALLOWED": shop.place}
    async with process("messaging", database_url=database_url, settings=settings) as messaging:
        await eventually(lambda: shop.requests)
        await messaging.kill()
        shop.answers = {}
        await later(pool)
        await messaging.start()

        async def shown() -> Any:
            (message,) = (await office.history(office.owner))["messages"]
            return message["previews"]

        assert [preview["title"] for preview in await eventually(shown)] == ["A page"]
    assert len(await updates(pool)) == 1
