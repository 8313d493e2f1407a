"""Drafts are one in each channel and thread, the same on all of a person's devices."""

import asyncio
from typing import Any

import asyncpg
import pytest
from documents import of_words, text
from office import Asker, Office, told


async def drafts_of(who: Asker, **query: Any) -> list[Any]:
    status, page = await who.get("/api/drafts", **query)
    assert status == 200, page
    return list(page["drafts"])


async def test_a_draft_is_kept_for_its_writer_alone_and_replaced_by_the_next(
    office: Office, pool: asyncpg.Pool
) -> None:
    path = f"/api/channels/{office.channel_id}/draft"
    status, first = await office.member.put(path, {"content": "I thin"})
    assert status == 200
    _, second = await office.member.put(path, {"content": "I think so", "attachments": [{"name": "a.txt"}]})
    assert second["draft"]["version"] > first["draft"]["version"]
    assert await drafts_of(office.member) == [second["draft"]]
    assert second["draft"]["attachments"] == [{"name": "a.txt"}]
    # A device that knows nothing of files leaves them as they are.
    _, third = await office.member.put(path, {"content": "I think so, too"})
    assert third["draft"]["attachments"] == [{"name": "a.txt"}]
    _, fourth = await office.member.put(path, {"content": "I do", "attachments": []})
    assert fourth["draft"]["attachments"] == []
    assert await drafts_of(office.owner) == []
    events = await told(pool)
    assert [event.draft_changed.content for event in events] == ["I thin", "I think so", "I think so, too", "I do"]
    assert {event.user_id for event in events} == {str(office.member.user_id)}


async def test_an_empty_draft_is_none_and_its_removal_is_told_once(office: Office, pool: asyncpg.Pool) -> None:
    path = f"/api/channels/{office.channel_id}/draft"
    for remove in (lambda: office.member.put(path, {"content": " "}), lambda: office.member.delete(path)):
        await office.member.put(path, {"content": "gone soon"})
        status, answer = await remove()
        assert (status, answer) in [(200, {"draft": None}), (204, None)]
        await remove()
        assert await drafts_of(office.member) == []
        kept, removed = await told(pool)
        assert not removed.draft_changed.HasField("content")
        assert removed.draft_changed.version > kept.draft_changed.version


async def test_a_draft_that_is_a_document_is_kept_as_one_and_readable_as_text(
    office: Office, pool: asyncpg.Pool
) -> None:
    path = f"/api/channels/{office.channel_id}/draft"
    document = of_words(text("I will "), text("surely", "bold"), text(" come"))
    _, kept = await office.member.put(path, {"formattedContent": document})
    assert (kept["draft"]["formattedContent"], kept["draft"]["content"]) == (document, "I will **surely** come")
    assert await drafts_of(office.member) == [kept["draft"]]
    _, plain = await office.member.put(path, {"content": "I will **sure"})
    assert (plain["draft"]["formattedContent"], plain["draft"]["content"]) == (None, "I will **sure")
    await office.member.delete(path)
    assert [event.draft_changed.HasField("formatted_content") for event in await told(pool)] == [True, False, False]


async def test_a_thread_has_a_draft_of_its_own(office: Office) -> None:
    first = await office.say(office.owner, "a question")
    path = f"/api/channels/{office.channel_id}/draft"
    await office.member.put(path, {"content": "in the channel"})
    await office.member.put(path, {"content": "in the thread", "parentMessageId": first["id"]})
    assert [draft["content"] for draft in await drafts_of(office.member)] == ["in the thread", "in the channel"]
    await office.member.delete(f"{path}?parentMessageId={first['id']}")
    assert [draft["content"] for draft in await drafts_of(office.member)] == ["in the channel"]
    elsewhere = f"/api/channels/{office.general_id}/draft"
    status, _ = await office.member.put(elsewhere, {"content": "lost", "parentMessageId": first["id"]})
    assert status == 404


async def test_of_devices_that_write_at_once_the_last_wins_everywhere(office: Office, pool: asyncpg.Pool) -> None:
    path = f"/api/channels/{office.channel_id}/draft"
    await asyncio.gather(
        *(office.member.put(path, {"content": f"{number}" if number % 3 else ""}) for number in range(24))
    )
    events = [event.draft_changed for event in await told(pool)]
    assert [event.version for event in events] == sorted(event.version for event in events)
    kept = await drafts_of(office.member)
    assert [draft["content"] for draft in kept] == ([events[-1].content] if events[-1].HasField("content") else [])


async def test_drafts_are_paged_and_limited(office: Office, pool: asyncpg.Pool) -> None:
    parents = [(await office.say(office.owner, f"{number}"))["id"] for number in range(3)]
    path = f"/api/channels/{office.channel_id}/draft"
    for parent in parents:
        await office.member.put(path, {"content": parent, "parentMessageId": parent})
    status, page = await office.member.get("/api/drafts", limit=2)
    assert (status, page["hasMore"]) == (200, True)
    rest = await drafts_of(office.member, before=page["drafts"][-1]["version"])
    assert [draft["content"] for draft in [*page["drafts"], *rest]] == parents[::-1]
    await pool.execute(
        """INSERT INTO drafts SELECT user_id, channel_id, gen_random_uuid(), content, content_type, attachments,
            nextval('draft_versions'), now() FROM drafts, generate_series(1, 497) WHERE parent_message_id = $1""",
        parents[0],
    )
    status, refused = await office.member.put(path, {"content": "too many"})
    assert (status, refused["type"]) == (409, "too_many_drafts")
    status, _ = await office.member.put(path, {"content": "changed", "parentMessageId": parents[0]})
    assert status == 200


async def test_nobody_keeps_drafts_where_they_are_not(office: Office) -> None:
    for who in (office.guest, office.stranger):
        status, _ = await who.put(f"/api/channels/{office.channel_id}/draft", {"content": "let me in"})
        assert status == 404
    path = f"/api/channels/{office.channel_id}/draft"
    await office.member.put(path, {"content": "goodbye"})
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    assert await drafts_of(office.member) == []
    assert (await office.member.put(path, {"content": "still here"}))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"content": 1},
        {"content": "x" * 40_001},
        {"content": "nul \x00"},
        {"content": "x", "contentType": "system"},
        {"content": "x", "version": 3},
        {"content": "x", "attachments": [{}] * 21},
        {"content": "x", "parentMessageId": "1"},
        {"content": "x", "formattedContent": of_words(text("x", "bold"))},
        {"formattedContent": {"type": "doc", "content": [{"type": "script"}]}},
    ],
)
async def test_a_wrong_draft_is_refused_and_changes_nothing(office: Office, wrong: dict[str, Any]) -> None:
    path = f"/api/channels/{office.channel_id}/draft"
    await office.member.put(path, {"content": "as it was"})
    status, problem = await office.member.put(path, wrong)
    assert (status, problem["type"]) == (422, "invalid_request")
    assert [draft["content"] for draft in await drafts_of(office.member)] == ["as it was"]
