"""Rights that workspaces and channels give otherwise than the rules do, guests, and slow mode."""

from typing import Any

import asyncpg
import pytest
from office import Asker, NewAsker, Office, Sender, a_send, invited


async def _may_post(who: Asker, channel_id: str, **more: Any) -> int:
    status, _ = await who.post(f"/api/channels/{channel_id}/messages", {"content": "said", **more})
    return status


async def _give(office: Office, body: dict[str, Any]) -> Any:
    status, told = await office.owner.put(f"/api/channels/{office.channel_id}/permissions", body)
    assert status == 200, told
    return told


async def test_an_announcement_channel_is_read_by_all_and_written_by_some(office: Office, send: Sender) -> None:
    told = await _give(office, {"rights": {"post": "channelAdmin"}})
    assert (told["rights"]["post"], told["said"]) == ("channelAdmin", {"post": "channelAdmin"})
    root = await office.say(office.owner, "news")
    assert await _may_post(office.member, office.channel_id) == 403
    (refused,) = await send([a_send(office.member, office.channel_id)])
    assert refused["error"]["type"] == "forbidden"
    assert await _may_post(office.member, office.channel_id, parentMessageId=root["id"]) == 201
    shown = {"parentMessageId": root["id"], "alsoToChannel": True}
    assert await _may_post(office.member, office.channel_id, **shown) == 403
    _, info = await office.member.get(f"/api/channels/{office.channel_id}/info")
    assert info["channel"]["isAnnouncement"] is True
    await _give(office, {"posters": [str(office.member.user_id)]})
    assert await _may_post(office.member, office.channel_id) == 201
    await _give(office, {"rights": {"reply": "admin"}, "posters": []})
    assert await _may_post(office.member, office.channel_id, parentMessageId=root["id"]) == 403
    await _give(office, {"rights": {"post": None, "reply": None}})
    assert await _may_post(office.member, office.channel_id) == 201
    assert (await office.member.get(f"/api/channels/{office.channel_id}/permissions"))[1]["said"] == {}


@pytest.mark.parametrize(
    ("right", "method", "path", "body"),
    [
        ("createChannels", "POST", "/api/workspaces/{workspace}/channels", {"name": "new"}),
        ("pin", "POST", "/api/messages/{message}/pin", None),
        ("react", "PUT", "/api/messages/{message}/reactions/x", None),
        ("reply", "POST", "/api/channels/{channel}/messages", {"content": "x", "parentMessageId": "{message}"}),
        ("post", "POST", "/api/channels/{channel}/messages", {"content": "x"}),
        ("inviteToChannel", "POST", "/api/channels/{channel}/members", {"userIds": ["{guest}"]}),
    ],
)
async def test_a_workspace_can_keep_a_right_for_its_admins(
    office: Office, right: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    message = await office.say(office.owner, "said")
    ids = {"workspace": office.workspace_id, "channel": office.channel_id, "message": message["id"]}
    ids["guest"] = str(office.guest.user_id)
    filled = body and {
        name: [text.format(**ids) for text in value] if isinstance(value, list) else value.format(**ids)
        for name, value in body.items()
    }
    rights = f"/api/workspaces/{office.workspace_id}/permissions"
    status, told = await office.owner.put(rights, {"rights": {right: "admin"}})
    assert (status, told["rights"][right]) == (200, "admin")
    assert right not in (await office.member.get(rights))[1]["mine"]
    assert (await office.member.ask(method, path.format(**ids), filled))[0] == 403
    await office.owner.put(rights, {"rights": {right: "member"}})
    assert (await office.member.ask(method, path.format(**ids), filled))[0] in (200, 201, 204)


async def test_a_channel_s_word_wins_over_its_workspace_s(office: Office) -> None:
    await office.owner.put(f"/api/workspaces/{office.workspace_id}/permissions", {"rights": {"post": "owner"}})
    assert await _may_post(office.member, office.channel_id) == 403
    await _give(office, {"rights": {"post": "member"}})
    assert await _may_post(office.member, office.channel_id) == 201


async def test_what_is_said_of_a_member_alone_wins(office: Office) -> None:
    message = await office.say(office.owner, "said")
    path = f"/api/workspaces/{office.workspace_id}/members/{office.member.user_id}"
    await office.owner.put(path, {"role": "member", "permissions": {"pin": False}})
    assert (await office.member.post(f"/api/messages/{message['id']}/pin"))[0] == 403
    await office.owner.put(path, {"role": "member", "permissions": {"pin": True}})
    await _give(office, {"rights": {"pin": "owner"}})
    assert (await office.member.post(f"/api/messages/{message['id']}/pin"))[0] == 204


async def test_conversations_are_nobody_s_to_restrict(office: Office) -> None:
    await office.owner.put(f"/api/workspaces/{office.workspace_id}/permissions", {"rights": {"post": "owner"}})
    direct = await office.member.made(
        f"/api/workspaces/{office.workspace_id}/direct", {"userIds": [str(office.owner.user_id)]}
    )
    assert await _may_post(office.member, direct["id"]) == 201
    assert (await office.owner.put(f"/api/channels/{direct['id']}/permissions", {"rights": {}}))[0] == 403


async def test_nobody_keeps_for_others_what_they_may_do_and_channels_do_not_let_in_more(office: Office) -> None:
    members = f"/api/channels/{office.channel_id}/members/{office.member.user_id}"
    assert (await office.member.put(members, {"role": "admin"}))[0] == 403
    assert (await office.owner.put(members, {"role": "admin"}))[0] == 204
    path = f"/api/channels/{office.channel_id}/permissions"
    assert (await office.member.put(path, {"rights": {"manage": "admin"}}))[0] == 403
    assert (await office.member.put(path, {"rights": {"pin": "channelAdmin"}}))[0] == 200
    await office.owner.put(f"/api/workspaces/{office.workspace_id}/permissions", {"rights": {"pin": "admin"}})
    assert (await office.member.put(path, {"rights": {"pin": "member"}}))[0] == 403
    assert (await office.owner.put(path, {"rights": {"pin": "member"}}))[0] == 200


@pytest.mark.parametrize(
    "rights",
    [{"fly": "member"}, {"post": "king"}, {"post": 5}, {"createChannels": "guest"}, {"inviteToChannel": "guest"}],
)
async def test_what_is_no_right_is_refused(office: Office, rights: dict[str, Any]) -> None:
    path = f"/api/workspaces/{office.workspace_id}/permissions"
    status, told = await office.owner.put(path, {"rights": rights})
    assert (status, told["type"]) == (422, "invalid_request")
    assert (await office.owner.get(path))[1]["said"] == {}


async def test_a_guest_knows_only_people_they_share_a_channel_with(
    office: Office, person: NewAsker, pool: asyncpg.Pool
) -> None:
    other = person("Nora")
    await invited(office.owner, other, office.workspace_id, "member")
    await other.post(f"/api/channels/{office.general_id}/leave")
    members = f"/api/workspaces/{office.workspace_id}/members"
    _, seen = await office.guest.get(members)
    assert str(other.user_id) not in {member["userId"] for member in seen["members"]}
    assert (seen["total"], len((await office.member.get(members))[1]["members"])) == (3, 4)
    assert (await office.guest.get(members, search="nora"))[1] == {"members": [], "total": 0}
    groups, both = f"/api/workspaces/{office.workspace_id}/groups", [str(other.user_id), str(office.member.user_id)]
    await office.owner.made(groups, {"name": "crew", "members": both})
    (group,) = (await office.guest.get(groups))[1]["groups"]
    assert group["memberIds"] == [str(office.member.user_id)]
    assert len((await office.member.get(groups))[1]["groups"][0]["memberIds"]) == 2
    direct = f"/api/workspaces/{office.workspace_id}/direct"
    assert (await office.guest.post(direct, {"userIds": [str(other.user_id)]}))[0] == 404
    assert (await office.guest.post(direct, {"userIds": [str(office.owner.user_id)]}))[0] == 201
    assert (await other.post(direct, {"userIds": [str(office.guest.user_id)]}))[0] == 201
    assert (await office.guest.get(members))[1]["total"] == 4
    guest = f"/api/channels/{office.general_id}/members/{office.guest.user_id}"
    assert (await office.owner.put(guest, {"role": "admin"}))[0] == 422


async def test_in_slow_mode_everyone_but_admins_waits(office: Office, pool: asyncpg.Pool, send: Sender) -> None:
    await office.owner.put(f"/api/channels/{office.channel_id}", {"slowModeSeconds": 60})
    first = a_send(office.member, office.channel_id, "first", clientMessageId="one")
    told = await send([first, a_send(office.member, office.channel_id, "second"), first])
    assert [each.get("error", {}).get("type") for each in told] == [None, "slow_mode", None]
    assert told[1]["error"]["status"] == 429
    assert 0 < told[1]["error"]["retryAfter"] <= 60
    again = await send([first])
    assert again[0]["message"]["id"] == told[0]["message"]["id"]
    path, body = f"/api/channels/{office.channel_id}/messages", {"content": "third"}
    async with office.member.http.post(office.member.url + path, json=body, headers=office.member.headers) as answer:
        assert (answer.status, 0 < int(answer.headers["Retry-After"]) <= 60) == (429, True)
    for _ in range(2):
        assert await _may_post(office.owner, office.channel_id) == 201
    await pool.execute("UPDATE channel_members SET last_posted_at = now() - interval '61 seconds'")
    assert await _may_post(office.member, office.channel_id) == 201
    assert (await office.member.get(f"/api/channels/{office.channel_id}/info"))[1]["channel"]["slowModeSeconds"] == 60
