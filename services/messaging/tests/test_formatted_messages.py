"""Formatted messages: both forms are stored, told and searched, and neither can say what the other does not."""

from typing import Any

import asyncpg
import pytest
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Office, Sender, a_send

BOLD = {
    "type": "doc",
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "done", "marks": [{"type": "bold"}]}]}],
}


def mentioning(user_id: object) -> dict[str, Any]:
    inline = [*BOLD["content"][0]["content"], {"type": "userMention", "attrs": {"id": str(user_id)}}]  # type: ignore[index]
    return {"type": "doc", "content": [{"type": "paragraph", "content": inline}]}


async def test_markdown_is_stored_with_its_document_and_its_words(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, "**done**")
    assert (message["content"], message["formattedContent"], message["plainText"]) == ("**done**", BOLD, "done")
    assert (await office.history(office.member))["messages"] == [message]
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id DESC LIMIT 1")
    told = ChannelEvent.FromString(rows[0]["value"]).message_posted.message
    assert told.plain_text == "done"
    plain = await office.say(office.owner, "done")
    assert (plain["formattedContent"], plain["plainText"]) == (None, None)


async def test_a_document_is_stored_with_its_markdown(office: Office, send: Sender) -> None:
    message = await office.owner.made(f"/api/channels/{office.channel_id}/messages", {"formattedContent": BOLD})
    (by_socket,) = await send(
        [{"userId": str(office.owner.user_id), "payload": {"channelId": office.channel_id, "formattedContent": BOLD}}]
    )
    for told in (message, by_socket["message"]):
        assert (told["content"], told["formattedContent"], told["plainText"]) == ("**done**", BOLD, "done")


async def test_an_edit_changes_both_forms(office: Office) -> None:
    message = await office.say(office.owner, "**done**")
    path = f"/api/messages/{message['id']}"
    _, plain = await office.owner.put(path, {"content": "not done"})
    assert (plain["content"], plain["formattedContent"], plain["plainText"]) == ("not done", None, None)
    _, bold = await office.owner.put(path, {"formattedContent": BOLD})
    assert (bold["content"], bold["formattedContent"], bold["isEdited"]) == ("**done**", BOLD, True)
    assert (await office.history(office.member))["messages"] == [bold]
    await office.owner.delete(path)
    (tombstone,) = (await office.history(office.member))["messages"]
    assert (tombstone["content"], tombstone["formattedContent"], tombstone["plainText"]) == ("", None, None)


async def test_mentions_in_a_document_are_those_of_its_text(office: Office) -> None:
    path = f"/api/channels/{office.channel_id}/messages"
    message = await office.owner.made(path, {"formattedContent": mentioning(office.member.user_id)})
    assert message["content"] == f"**done**<@{office.member.user_id}>"
    assert message["mentions"] == [str(office.member.user_id)]
    same = await office.say(office.owner, message["content"])
    assert (same["formattedContent"], same["mentions"]) == (message["formattedContent"], message["mentions"])
    in_code = await office.say(office.owner, f"- ```\n  <@{office.member.user_id}>\n  ```\n- **x**")
    assert in_code["mentions"] == []


async def test_a_search_finds_words_whatever_stands_around_them(office: Office) -> None:
    message = await office.say(office.owner, "it is **un**believable, see [the plan](https://a.example)")
    assert (await office.history(office.member, search="unbelievable, see the plan"))["messages"] == [message]
    assert (await office.history(office.member, search="**un**"))["messages"] == []


async def test_code_is_stored_as_it_is(office: Office) -> None:
    message = await office.say(office.owner, "**x**", contentType="code")
    assert (message["content"], message["formattedContent"]) == ("**x**", None)
    _, edited = await office.owner.put(f"/api/messages/{message['id']}", {"content": "**y**"})
    assert (edited["content"], edited["formattedContent"]) == ("**y**", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"formattedContent": {"type": "doc", "content": [{"type": "script"}]}}, "formattedContent.content.0.type"),
        ({"formattedContent": BOLD, "content": "something else"}, "body"),
        ({"formattedContent": BOLD, "contentType": "code"}, "body"),
        ({"formattedContent": "**done**"}, "formattedContent"),
        ({"formattedContent": {"type": "doc", "content": [{"type": "paragraph"}]}}, "formattedContent"),
        ({"content": "x", "plainText": "y"}, "plainText"),
        ({"content": "x", "previews": []}, "previews"),
        ({}, "body"),
    ],
)
async def test_a_document_that_is_not_known_is_refused_where_it_is(
    office: Office, send: Sender, wrong: dict[str, Any], field: str
) -> None:
    status, told = await office.owner.post(f"/api/channels/{office.channel_id}/messages", wrong)
    assert (status, told["type"], told["errors"][0]["field"]) == (422, "invalid_request", field)
    one = a_send(office.owner, office.channel_id)
    (result,) = await send([{**one, "payload": {"channelId": office.channel_id, **wrong}}])
    assert result["error"]["type"] == "invalid_request"
    message = await office.say(office.owner, "hi")
    status, _ = await office.owner.put(f"/api/messages/{message['id']}", wrong)
    assert status == 422
    assert (await office.history(office.owner))["messages"] == [message]


async def test_a_body_that_is_nested_without_end_is_refused(office: Office, url: str) -> None:
    deep = b'{"formattedContent":' + b'{"type":"doc","content":[' * 20_000 + b"]}" * 20_000 + b"}"
    path = f"{url}/api/channels/{office.channel_id}/messages"
    headers = {**office.owner.headers, "Content-Type": "application/json"}
    async with office.owner.http.post(path, data=deep, headers=headers) as answer:
        assert answer.status in (400, 422)
