"""Links to messages, messages passed on with rights kept, and what is at a channel's head."""

from typing import Any

import asyncpg
import pytest
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, NewAsker, Office, invited


async def test_a_link_leads_to_the_message_among_those_around_it(office: Office) -> None:
    ids = [(await office.say(office.owner, f"{number}"))["id"] for number in range(7)]
    await office.owner.delete(f"/api/messages/{ids[2]}")
    status, told = await office.member.get(f"/api/messages/{ids[3]}/context", around=2)
    assert (status, told["channelId"], told["messageId"]) == (200, office.channel_id, ids[3])
    assert told["workspaceId"] == office.workspace_id
    assert [message["id"] for message in told["messages"]] == ids[1:6]
    assert told["messages"][1]["isDeleted"]
    assert (told["hasBefore"], told["hasAfter"]) == (True, True)
    _, whole = await office.member.get(f"/api/messages/{ids[0]}/context")
    assert ([message["id"] for message in whole["messages"]], whole["hasBefore"], whole["hasAfter"]) == (
        ids,
        False,
        False,
    )
    _, alone = await office.member.get(f"/api/messages/{ids[6]}/context", around=0)
    assert [message["id"] for message in alone["messages"]] == [ids[6]]


async def test_a_link_leads_nowhere_for_who_may_not_see(office: Office) -> None:
    message = await office.say(office.owner, "secret")
    path = f"/api/messages/{message['id']}/context"
    assert [(await who.get(path))[0] for who in (office.guest, office.stranger)] == [404, 404]
    assert (await office.owner.get(path, around=101))[0] == 422
    await office.owner.delete(f"/api/messages/{message['id']}")
    assert (await office.owner.get(path))[0] == 404


async def channel(office: Office, name: str, kind: str, *members: Asker) -> str:
    body = {"name": name, "type": kind, "members": [str(member.user_id) for member in members]}
    return str((await office.owner.made(f"/api/workspaces/{office.workspace_id}/channels", body))["id"])


async def direct(office: Office, who: Asker, *others: Asker) -> str:
    people = {"userIds": [str(other.user_id) for other in others]}
    return str((await who.made(f"/api/workspaces/{office.workspace_id}/direct", people))["id"])


async def test_what_is_passed_on_is_the_message_as_it_was(office: Office, pool: asyncpg.Pool) -> None:
    source = await office.say(office.owner, "the plan", attachments=[{"name": "plan.pdf"}])
    target = await direct(office, office.member, office.owner)
    path = f"/api/messages/{source['id']}/forward"
    await pool.execute("DELETE FROM outbox")
    made = await office.member.made(path, {"channelId": target, "comment": "see this", "clientMessageId": "f1"})
    assert await office.member.made(path, {"channelId": target, "comment": "again", "clientMessageId": "f1"}) == made
    await office.owner.put(f"/api/messages/{source['id']}", {"content": "another plan"})
    _, page = await office.owner.get(f"/api/channels/{target}/messages")
    (message,) = page["messages"]
    assert message == made
    assert (message["content"], message["userId"]) == ("see this", str(office.member.user_id))
    carried = message["forwarded"]
    assert {name: carried[name] for name in ("messageId", "channelId", "userId", "createdAt", "content")} == {
        "messageId": source["id"],
        "channelId": office.channel_id,
        "userId": str(office.owner.user_id),
        "createdAt": source["createdAt"],
        "content": "the plan",
    }
    assert carried["attachments"] == [{"name": "plan.pdf"}]
    assert "plans" not in str(carried)  # the channel's name stays with those who are in it
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    assert ChannelEvent.FromString(rows[0]["value"]).message_posted.message.forwarded


async def test_passed_on_again_it_is_still_the_first_and_does_not_grow(office: Office) -> None:
    source = await office.say(office.owner, "once")
    path = {"channelId": office.channel_id}
    bare = await office.owner.made(f"/api/messages/{source['id']}/forward", path)
    again = await office.member.made(f"/api/messages/{bare['id']}/forward", path)
    assert again["forwarded"] == bare["forwarded"]
    depths = []
    message = again
    for number in range(3):
        body = {**path, "comment": f"look {number}"}
        message = await office.member.made(f"/api/messages/{message['id']}/forward", body)
        depths.append(len(_chain(message)))
    assert depths == [1, 2, 2]


def _chain(message: Any) -> list[str]:
    carried = message["forwarded"]
    return [carried["content"], *_chain(carried)] if carried else []


async def test_a_deleted_message_carries_nothing(office: Office) -> None:
    source = await office.say(office.owner, "secret")
    made = await office.owner.made(f"/api/messages/{source['id']}/forward", {"channelId": office.channel_id})
    await office.owner.delete(f"/api/messages/{made['id']}")
    tombstone = (await office.history(office.member))["messages"][-1]
    assert (tombstone["isDeleted"], tombstone["forwarded"]) == (True, None)


async def test_what_a_moderator_has_hidden_is_not_passed_on(office: Office, pool: asyncpg.Pool) -> None:
    source = await office.say(office.owner, "improper")
    await pool.execute("UPDATE messages SET is_hidden = TRUE WHERE id = $1", source["id"])
    body = {"channelId": office.channel_id}
    assert (await office.owner.post(f"/api/messages/{source['id']}/forward", body))[0] == 404
    assert (await office.history(office.owner))["total"] == 1


async def test_what_few_may_read_is_passed_on_only_to_those_few(office: Office, person: NewAsker) -> None:
    other = person("Otto")
    await invited(office.owner, other, office.workspace_id, "member")
    source = await office.say(office.owner, "between us")
    path = f"/api/messages/{source['id']}/forward"
    everyone = office.general_id
    with_other = await channel(office, "more", "private", office.member, other)
    among_us = await channel(office, "fewer", "private", office.member)
    allowed = [office.channel_id, among_us, await direct(office, office.member, office.owner)]
    refused = [everyone, with_other, await direct(office, office.member, other)]
    for target in allowed:
        assert (await office.member.post(path, {"channelId": target}))[0] == 201
    for target in refused:
        status, problem = await office.member.post(path, {"channelId": target})
        assert (status, problem["type"]) == (403, "forward_not_allowed")
    open_ = await office.owner.made(f"/api/channels/{everyone}/messages", {"content": "for all"})
    for target in [*allowed, *refused]:
        assert (await office.member.post(f"/api/messages/{open_['id']}/forward", {"channelId": target}))[0] == 201


async def test_a_conversation_is_passed_on_to_no_third_person(office: Office) -> None:
    talk = await direct(office, office.owner, office.member)
    message = await office.owner.made(f"/api/channels/{talk}/messages", {"content": "you and me"})
    third = await direct(office, office.owner, office.member, office.guest)
    path = f"/api/messages/{message['id']}/forward"
    assert (await office.owner.post(path, {"channelId": third}))[1]["type"] == "forward_not_allowed"
    assert (await office.owner.post(path, {"channelId": office.channel_id}))[0] == 201


async def test_nobody_passes_on_what_they_do_not_see_or_to_where_they_may_not_post(
    office: Office, person: NewAsker
) -> None:
    source = await office.say(office.owner, "secret")
    for who in (office.guest, office.stranger):
        assert (await who.post(f"/api/messages/{source['id']}/forward", {"channelId": office.general_id}))[0] == 404
    hidden = await channel(office, "hidden", "private")
    said = await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "for all"})
    path = f"/api/messages/{said['id']}/forward"
    assert (await office.member.post(path, {"channelId": hidden}))[0] == 404
    not_in = await channel(office, "open", "public")
    assert (await office.member.post(path, {"channelId": not_in}))[1]["type"] == "forbidden"
    stranger_home = await office.stranger.made("/api/workspaces", {"name": "Elsewhere"})
    await invited(office.stranger, office.member, stranger_home["id"], "member")
    _, listed = await office.member.get(f"/api/workspaces/{stranger_home['id']}/channels")
    status, problem = await office.member.post(path, {"channelId": listed["channels"][0]["id"]})
    assert (status, problem["type"]) == (403, "forward_not_allowed")
    assert (await office.member.post(path, {"channelId": office.channel_id, "comment": "x" * 40_001}))[0] == 422


async def test_bookmarks_are_added_changed_moved_and_removed_for_all_members(
    office: Office, pool: asyncpg.Pool
) -> None:
    path = f"/api/channels/{office.channel_id}/bookmarks"
    for title in ("one", "two", "three"):
        made = await office.member.made(path, {"title": title, "url": f"https://example.com/{title}", "emoji": "🗺️"})
    ids = [bookmark["id"] for bookmark in made["bookmarks"]]
    await pool.execute("DELETE FROM outbox")
    _, moved = await office.owner.put(f"{path}/{ids[2]}", {"position": 0, "title": "third"})
    assert [bookmark["title"] for bookmark in moved["bookmarks"]] == ["third", "one", "two"]
    assert {bookmark["emoji"] for bookmark in moved["bookmarks"]} == {"🗺️"}
    (row,) = await pool.fetch("SELECT value FROM outbox")
    event = ChannelEvent.FromString(row["value"])
    assert [bookmark.title for bookmark in event.bookmarks_changed.bookmarks] == ["third", "one", "two"]
    _, plain = await office.owner.put(f"{path}/{ids[2]}", {"emoji": None})
    assert plain["bookmarks"][0]["emoji"] is None
    _, left = await office.owner.ask("DELETE", f"{path}/{ids[0]}")
    assert [bookmark["title"] for bookmark in left["bookmarks"]] == ["third", "two"]
    added = await office.member.made(path, {"title": "four", "url": "http://example.com"})
    assert [bookmark["title"] for bookmark in added["bookmarks"]] == ["third", "two", "four"]
    assert await office.member.get(path) == (200, added)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,hi",
        "ftp://x.org",
        "//x.org",
        "https://",
        "https:///x",
        "https://a b",
        "https://" + "x" * 2_041,
    ],
)
async def test_a_bookmark_leads_to_the_web_alone(office: Office, address: str) -> None:
    path = f"/api/channels/{office.channel_id}/bookmarks"
    assert (await office.member.post(path, {"title": "bad", "url": address}))[0] == 422
    assert await office.member.get(path) == (200, {"bookmarks": []})


async def test_bookmarks_are_for_members_and_not_for_guests_to_change(office: Office, pool: asyncpg.Pool) -> None:
    new = {"title": "one", "url": "https://example.com"}
    path = f"/api/channels/{office.channel_id}/bookmarks"
    assert [(await who.get(path))[0] for who in (office.guest, office.stranger)] == [404, 404]
    assert [(await who.post(path, new))[0] for who in (office.guest, office.stranger)] == [404, 404]
    general = f"/api/channels/{office.general_id}/bookmarks"
    assert (await office.guest.post(general, new))[0] == 403
    made = await office.member.made(general, new)
    id_ = made["bookmarks"][0]["id"]
    assert (await office.guest.delete(f"{general}/{id_}"))[0] == 403
    assert (await office.member.delete(f"{path}/{id_}"))[0] == 404
    await pool.execute(
        """INSERT INTO channel_bookmarks SELECT gen_random_uuid(), channel_id, title, url, emoji, n, created_by
           FROM channel_bookmarks, generate_series(1, 99) AS n"""
    )
    assert (await office.member.post(general, new))[1]["type"] == "too_many_bookmarks"
