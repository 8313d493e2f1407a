"""Reporting and hiding messages, silencing people, and what messages said before they were edited."""

from datetime import UTC, datetime, timedelta

import asyncpg
from eventbus.wire import iso
from messaging import versions
from messaging.moderation import silences
from office import Office, told

SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
LATELY = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


async def test_a_reported_message_comes_to_the_admins_and_is_resolved_once(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, "an insult")
    path = f"/api/messages/{message['id']}/report"
    assert (await office.owner.post(path, {"reason": "my own"}))[0] == 403
    assert (await office.guest.post(path, {"reason": "not mine to see"}))[0] == 404
    assert (await office.member.post(path, {"reason": "  "}))[0] == 422
    await told(pool)
    report = await office.member.made(path, {"reason": "An insult."})
    assert (await office.member.made(path, {"reason": "Again."}))["id"] == report["id"]
    (event,) = await told(pool)
    assert event.user_id == str(office.owner.user_id)
    assert (event.message_reported.message_id, event.message_reported.reason) == (message["id"], "An insult.")
    reports = f"/api/workspaces/{office.workspace_id}/reports"
    _, listed = await office.owner.get(reports, status="open")
    assert [(each["reason"], each["message"]["content"]) for each in listed["reports"]] == [("An insult.", "an insult")]
    assert (await office.member.get(reports))[0] == 403
    resolve = f"{reports}/{report['id']}/resolve"
    status, resolved = await office.owner.post(resolve, {"resolution": "acted", "hideMessage": True})
    assert (status, resolved["resolution"], resolved["resolvedBy"]) == (200, "acted", str(office.owner.user_id))
    assert (await office.owner.post(resolve, {"resolution": "dismissed"}))[0] == 404
    assert (await office.history(office.member))["messages"][0]["isHidden"] is True
    assert (await office.owner.get(reports, status="open"))[1]["reports"] == []
    (shown,) = (await office.owner.get(reports, status="resolved"))[1]["reports"]
    assert (shown["message"]["content"], shown["message"]["isHidden"]) == ("an insult", True)


async def test_a_hidden_message_says_nothing_at_any_door_until_it_is_shown_again(office: Office) -> None:
    said = "a **secret**, see https://example.com/"
    message = await office.say(office.member, said, attachments=[{"name": "plan"}])
    path = f"/api/messages/{message['id']}"
    assert (await office.member.put(f"{path}/hidden", None))[0] == 403
    for _ in range(2):
        assert (await office.owner.put(f"{path}/hidden", None))[0] == 204
    for who in (office.owner, office.member):
        (hidden,) = (await office.history(who))["messages"]
        assert (hidden["content"], hidden["attachments"], hidden["isHidden"]) == ("", [], True)
        assert (await office.history(who, search="secret"))["messages"] == []
    assert (await office.member.get(f"{path}/history"))[0] == 403
    assert (await office.member.put(path, {"content": "again"}))[0] == 403
    for _ in range(2):
        assert (await office.owner.delete(f"{path}/hidden"))[0] == 204
    (shown,) = (await office.history(office.member))["messages"]
    same = ("content", "formattedContent", "plainText", "attachments", "forwarded", "isHidden")
    assert {name: shown[name] for name in same} == {name: message[name] for name in same}
    assert shown["revision"] == 2


async def test_a_hidden_poll_neither_asks_nor_takes_votes_until_it_is_shown_again(office: Office) -> None:
    asked = {"question": "Who is the worst?", "options": ["Ada", "Bo"]}
    message = await office.member.made(f"/api/channels/{office.channel_id}/polls", asked)
    path, vote = f"/api/messages/{message['id']}", {"options": ["1"]}
    _, told = await office.member.put(f"{path}/vote", vote)
    assert (await office.owner.put(f"{path}/hidden", None))[0] == 204
    (hidden,) = (await office.history(office.member))["messages"]
    assert hidden["poll"] is None
    assert (await office.member.get(f"{path}/poll"))[0] == 404
    assert (await office.member.put(f"{path}/vote", vote))[0] == 404
    assert (await office.owner.delete(f"{path}/hidden"))[0] == 204
    assert (await office.member.get(f"{path}/poll"))[1] == told


async def test_who_is_silenced_reads_and_says_nothing(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.member, "said")
    for where in (f"/api/channels/{office.channel_id}", f"/api/workspaces/{office.workspace_id}"):
        silence = f"{where}/members/{office.member.user_id}/silence"
        assert (await office.owner.put(silence, {"until": LATELY}))[0] == 422
        assert (await office.owner.put(silence, {"until": SOON}))[0] == 204
        post = f"/api/channels/{office.channel_id}/messages"
        assert (await office.member.post(post, {"content": "more"}))[0] == 403
        assert await _silenced_until(office) == iso(datetime.fromisoformat(SOON))
        assert (await office.member.put(f"/api/messages/{message['id']}", {"content": "other"}))[0] == 403
        assert (await office.member.put(f"/api/messages/{message['id']}/reactions/x", None))[0] == 403
        bookmark = {"title": "more", "url": "https://example.com/"}
        assert (await office.member.post(f"/api/channels/{office.channel_id}/bookmarks", bookmark))[0] == 403
        assert (await office.history(office.member))["messages"] != []
        assert (await office.owner.put(silence, {"until": None}))[0] == 204
        assert await _silenced_until(office) is None
        assert (await office.member.post(post, {"content": "more"}))[0] == 201
        assert (await office.owner.put(f"{where}/members/{office.stranger.user_id}/silence", {"until": SOON}))[0] == 404
        assert (await office.owner.put(f"{where}/members/{office.owner.user_id}/silence", {"until": SOON}))[0] == 403


async def _silenced_until(office: Office) -> str | None:
    _, told = await office.member.get(f"/api/channels/{office.channel_id}/permissions")
    until: str | None = told["silencedUntil"]
    return until


async def test_who_is_silenced_is_told_and_listed_where_and_until_when(office: Office, pool: asyncpg.Pool) -> None:
    await told(pool)
    workspace = f"/api/workspaces/{office.workspace_id}"
    for where, channel_id in ((workspace, None), (f"/api/channels/{office.channel_id}", office.channel_id)):
        silence = f"{where}/members/{office.member.user_id}/silence"
        await office.owner.put(silence, {"until": SOON})
        (event,) = await told(pool)
        said = event.member_silenced
        assert (event.user_id, said.workspace_id) == (str(office.member.user_id), office.workspace_id)
        assert (said.channel_id or None, said.HasField("until")) == (channel_id, True)
        _, listed = await office.owner.get(f"{workspace}/silenced")
        assert [(each["userId"], each["name"], each["channelId"]) for each in listed["silenced"]] == [
            (str(office.member.user_id), "Mina", channel_id)
        ]
        async with pool.acquire() as db:
            (place,) = await silences.of(db, office.member.user_id)
        assert place == (channel_id or office.workspace_id)
        await office.owner.put(silence, {"until": None})
        (event,) = await told(pool)
        assert not event.member_silenced.HasField("until")
    assert (await office.owner.get(f"{workspace}/silenced"))[1] == {"silenced": []}
    assert (await office.member.get(f"{workspace}/silenced"))[0] == 403


async def test_silence_ends_by_itself(office: Office, pool: asyncpg.Pool) -> None:
    silence = f"/api/channels/{office.channel_id}/members/{office.member.user_id}/silence"
    await office.owner.put(silence, {"until": SOON})
    await pool.execute("UPDATE channel_members SET silenced_until = now()")
    assert (await office.say(office.member, "again"))["content"] == "again"


async def test_each_edit_keeps_what_was_said_before(office: Office) -> None:
    message = await office.say(office.member, "one")
    path = f"/api/messages/{message['id']}"
    _, before = await office.owner.get(f"{path}/history")
    assert [(each["version"], each["content"]) for each in before["versions"]] == [(1, "one")]
    for text in ("two", "**three**"):
        _, edited = await office.member.put(path, {"content": text})
    _, history = await office.owner.get(f"{path}/history")
    assert [each["content"] for each in history["versions"]] == ["one", "two", "**three**"]
    assert (history["versions"][0]["writtenAt"], history["versions"][2]["writtenAt"]) == (
        message["createdAt"],
        edited["updatedAt"],
    )
    assert history["versions"][2]["formattedContent"] == edited["formattedContent"]
    assert (await office.guest.get(f"{path}/history"))[0] == 404
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"membersSeeEdits": False})
    assert (await office.member.get(f"{path}/history"))[0] == 403
    assert (await office.owner.get(f"{path}/history"))[0] == 200
    await office.member.delete(path)
    assert (await office.owner.get(f"{path}/history"))[0] == 404


async def test_the_newest_hundred_versions_are_kept_and_none_of_a_deleted_message(
    office: Office, pool: asyncpg.Pool
) -> None:
    message = await office.say(office.member, "0")
    path = f"/api/messages/{message['id']}"
    for number in range(1, versions.MOST + 3):
        await office.member.put(path, {"content": str(number)})
    _, history = await office.owner.get(f"{path}/history")
    assert [each["content"] for each in history["versions"]] == [str(n) for n in range(3, versions.MOST + 3)]
    await office.member.delete(path)
    assert await pool.fetchval("SELECT count(*) FROM message_versions") == 0
