"""What was passed on says nothing any more once its message is hidden or deleted."""

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from eventbus import inbox
from messaging.handlers import CONSUMES_BESIDE
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, Office
from transfer_runs import exported, working

WORDS = "improper"
MIGRATION = Path(__file__).parents[1] / "migrations/0020_quotes_follow.sql"


async def said(office: Office, who: Asker, content: str, **more: Any) -> Any:
    return await who.made(f"/api/channels/{office.general_id}/messages", {"content": content, **more})


async def passed_on(office: Office, message: Any, comment: str = "") -> Any:
    body = {"channelId": office.general_id, "comment": comment}
    return await office.member.made(f"/api/messages/{message['id']}/forward", body)


async def quotes_of(who: Asker, channel_id: str) -> list[Any]:
    _, page = await who.get(f"/api/channels/{channel_id}/messages")
    in_order = sorted(page["messages"], key=lambda message: message["seq"])
    return [message["forwarded"] for message in in_order if message["forwarded"]]


async def set_hidden(office: Office, message: Any, hidden: bool) -> None:
    path = f"/api/messages/{message['id']}/hidden"
    assert (await (office.owner.put(path, None) if hidden else office.owner.delete(path)))[0] == 204


async def test_a_hidden_message_is_hidden_where_it_was_passed_on_until_it_is_shown_again(
    office: Office, pool: asyncpg.Pool
) -> None:
    source = await said(office, office.member, f"**{WORDS}**", attachments=[{"name": WORDS}])
    copy = await passed_on(office, source, "look")
    inner = await passed_on(office, copy, "look there")
    await passed_on(office, await said(office, office.member, "something else"))
    before = await quotes_of(office.owner, office.general_id)
    await pool.execute("DELETE FROM outbox")
    await set_hidden(office, source, True)
    first, second, third = await quotes_of(office.owner, office.general_id)
    nothing = {"content": "", "formattedContent": None, "attachments": [], "forwarded": None, "isHidden": True}
    assert first == {**before[0], **nothing}
    assert second == {**before[1], "forwarded": {**before[1]["forwarded"], **nothing}}
    assert third == before[2]
    assert WORDS not in str(await office.owner.get(f"/api/messages/{inner['id']}/context"))
    told = [ChannelEvent.FromString(row["value"]) for row in await pool.fetch("SELECT value FROM outbox ORDER BY id")]
    updated = [event.message_updated.message for event in told if event.HasField("message_updated")]
    assert {message.id: message.revision for message in updated} == {source["id"]: 1, copy["id"]: 2, inner["id"]: 3}
    assert not any(WORDS in str(event) for event in told)
    await set_hidden(office, source, False)
    assert await quotes_of(office.owner, office.general_id) == before


async def test_what_passes_on_hidden_words_alone_is_passed_on_no_further(office: Office) -> None:
    source = await said(office, office.member, WORDS)
    bare = await passed_on(office, source)
    await set_hidden(office, source, True)
    body = {"channelId": office.general_id}
    assert (await office.member.post(f"/api/messages/{bare['id']}/forward", body))[0] == 404


async def test_a_deleted_message_is_gone_where_it_was_passed_on(office: Office) -> None:
    source = await said(office, office.member, WORDS)
    await passed_on(office, source, "look")
    await office.member.delete(f"/api/messages/{source['id']}")
    (quote,) = await quotes_of(office.owner, office.general_id)
    assert (quote["content"], quote["isDeleted"], quote["messageId"]) == ("", True, source["id"])


@pytest.mark.parametrize("way", ["hidden", "deleted"])
async def test_who_passed_it_on_and_was_hidden_too_shows_nothing_of_it_later(way: str, office: Office) -> None:
    source = await said(office, office.member, WORDS)
    copy = await passed_on(office, source, "look")
    await set_hidden(office, copy, True)
    if way == "hidden":
        await set_hidden(office, source, True)
    else:
        await office.member.delete(f"/api/messages/{source['id']}")
    await set_hidden(office, copy, False)
    (quote,) = await quotes_of(office.owner, office.general_id)
    assert (quote["content"], quote.get("isHidden"), quote.get("isDeleted")) == (
        "", *((True, None) if way == "hidden" else (None, True))
    )  # fmt: skip


async def test_a_hold_keeps_the_words_that_somebody_passed_on(office: Office, pool: asyncpg.Pool) -> None:
    source = await said(office, office.owner, WORDS)
    await passed_on(office, source, "look")
    workspace = f"/api/workspaces/{office.workspace_id}"
    hold = await office.owner.made(f"{workspace}/holds", {"name": "case", "channelId": office.general_id})
    await office.owner.delete(f"/api/messages/{source['id']}")
    (quote,) = await quotes_of(office.owner, office.general_id)
    assert quote["content"] == ""
    async with working() as runner:
        file = await exported(office.owner, office.workspace_id, pool, runner, holdId=hold["id"])
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        lines = [archive.read(name).decode() for name in archive.namelist() if name.startswith("messages/")]
    assert WORDS in "".join(lines)


async def test_what_was_passed_on_from_another_database_follows_by_the_topic(
    office: Office, pool: asyncpg.Pool
) -> None:
    source = await said(office, office.member, WORDS)
    await passed_on(office, source, "look")
    before = await quotes_of(office.owner, office.general_id)
    await pool.execute("DELETE FROM outbox")
    await set_hidden(office, source, True)
    await set_hidden(office, source, False)
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    told = [ChannelEvent.FromString(row["value"]) for row in rows]
    heard = [event for event in told if event.message_updated.message.id == source["id"]]
    states = []
    for event in heard:  # as if the message were elsewhere: what became of it is heard only now
        await inbox.deliver(event, CONSUMES_BESIDE[ChannelEvent], pool, "messaging")
        states.append((await quotes_of(office.owner, office.general_id))[0].get("isHidden"))
    assert (states, await quotes_of(office.owner, office.general_id)) == ([True, None], before)


async def test_what_is_said_twice_changes_a_quote_once(office: Office, pool: asyncpg.Pool) -> None:
    source = await said(office, office.member, WORDS)
    copy = await passed_on(office, source, "look")
    for _ in range(2):
        await set_hidden(office, source, True)
    assert await pool.fetchval("SELECT revision FROM messages WHERE id = $1", UUID(copy["id"])) == 2


async def test_what_was_hidden_or_deleted_before_quotes_followed_is_taken_from_them(
    office: Office, pool: asyncpg.Pool
) -> None:
    hidden, deleted, kept = [await said(office, office.member, WORDS) for _ in range(3)]
    for message in (hidden, deleted, kept):
        await passed_on(office, await passed_on(office, message, "look"), "look there")
    before = await quotes_of(office.owner, office.general_id)
    await pool.execute("UPDATE messages SET is_hidden = TRUE WHERE id = $1", hidden["id"])
    await pool.execute("UPDATE messages SET is_deleted = TRUE WHERE id = $1", deleted["id"])
    await pool.execute(MIGRATION.read_text().split("under names of elsewhere.")[1])
    after = await quotes_of(office.owner, office.general_id)
    for quotes, flag in ((after[:2], "isHidden"), (after[2:4], "isDeleted")):
        for quote in (quotes[0], quotes[1]["forwarded"]):
            assert (quote["content"], quote["attachments"], quote[flag]) == ("", [], True)
    assert after[4:] == before[4:]
