"""Guests are let into the channels that their invitation names, and into no others."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from messaging import history
from office import Asker, NewAsker, Office


async def invite(office: Office, who: Asker, by: Asker | None = None, **more: Any) -> tuple[int, Any]:
    body = {"emails": [who.email], "role": "guest", **more}
    return await (by or office.owner).post(f"/api/workspaces/{office.workspace_id}/invite", body)


async def accept(office: Office, who: Asker) -> tuple[int, Any]:
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    token = next(row["token"] for row in told["invitations"] if row["email"] == who.email)
    return await who.post("/api/invitations/accept", {"token": token})


async def channels_of(office: Office, who: Asker) -> set[str]:
    _, told = await who.get(f"/api/workspaces/{office.workspace_id}/channels")
    return {channel["id"] for channel in told["channels"]}


async def test_a_guest_joins_the_channels_of_the_invitation_alone(office: Office, person: NewAsker) -> None:
    gina = person("Gina")
    assert (await invite(office, gina, channelIds=[office.channel_id, office.channel_id]))[0] == 200
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    assert told["invitations"][0]["channelIds"] == [office.channel_id]
    assert (await accept(office, gina))[0] == 200
    assert await channels_of(office, gina) == {office.channel_id}
    _, known = await gina.get(f"/api/workspaces/{office.workspace_id}/members")
    assert {member["userId"] for member in known["members"]} == {
        str(who.user_id) for who in (gina, office.owner, office.member)
    }
    assert (await gina.get(f"/api/channels/{office.general_id}/messages"))[0] == 404


async def test_what_a_removed_member_wrote_keeps_their_name(office: Office, person: NewAsker) -> None:
    """For guests only where both were."""
    gina, quiet = (
        person("Gina"),
        await office.owner.made(
            f"/api/workspaces/{office.workspace_id}/channels", {"name": "quiet", "type": "private"}
        ),
    )
    await invite(office, gina, channelIds=[quiet["id"]])
    await accept(office, gina)
    members, mina = f"/api/workspaces/{office.workspace_id}/members", str(office.member.user_id)

    async def named(who: Asker, **query: str) -> dict[str, tuple[str, str]]:
        _, told = await who.get(members, **query)
        assert told["total"] == len(told["members"])
        return {each["userId"]: (each["name"], each["status"]) for each in told["members"]}

    assert (await office.owner.delete(f"{members}/{mina}"))[0] == 204
    assert mina not in await named(office.owner)
    assert mina not in await named(office.owner, withFormer="true", status="active")
    for who in (office.owner, office.guest):
        assert (await named(who, withFormer="true"))[mina] == ("Mina", "inactive")
    assert mina not in await named(gina, withFormer="true")


async def test_the_gateway_is_told_where_somebody_is_a_guest(office: Office, pool: asyncpg.Pool) -> None:
    async with pool.acquire() as db:
        assert (await history.state(db, office.guest.user_id))["guestIn"] == [office.workspace_id]
        assert (await history.state(db, office.member.user_id))["guestIn"] == []


@pytest.mark.parametrize("more", [{}, {"channelIds": []}])
async def test_nobody_is_invited_as_a_guest_of_no_channel(
    office: Office, person: NewAsker, more: dict[str, Any]
) -> None:
    gina = person("Gina")
    status, problem = await invite(office, gina, **more)
    assert (status, problem["type"]) == (422, "invalid_request")
    assert "say into which channels guests are let" in problem["detail"]
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    assert gina.email not in {row["email"] for row in told["invitations"]}


async def test_a_channel_that_was_archived_meanwhile_stays_closed(office: Office, person: NewAsker) -> None:
    gina = person("Gina")
    await invite(office, gina, channelIds=[office.channel_id])
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    assert (await accept(office, gina))[0] == 200
    assert await channels_of(office, gina) == set()


async def test_nobody_lets_guests_in_where_they_could_add_nobody(office: Office, person: NewAsker) -> None:
    gina = person("Gina")
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"allowExternalInvites": True})
    closed = await office.owner.made(
        f"/api/workspaces/{office.workspace_id}/channels", {"name": "closed", "type": "private"}
    )
    elsewhere = await office.stranger.made("/api/workspaces", {"name": "Elsewhere"})
    _, theirs = await office.stranger.get(f"/api/workspaces/{elsewhere['id']}/channels")
    for channel_id in (closed["id"], str(uuid4()), theirs["channels"][0]["id"]):
        assert (await invite(office, gina, office.member, channelIds=[channel_id]))[0] == 404
    rights = {"rights": {"inviteToChannel": "channelAdmin"}}
    await office.owner.put(f"/api/channels/{office.channel_id}/permissions", rights)
    assert (await invite(office, gina, office.member, channelIds=[office.channel_id]))[0] == 403
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    assert gina.email not in {row["email"] for row in told["invitations"]}


@pytest.mark.parametrize("wrong", [{"role": "member", "channelIds": True}, {"channelIds": ["x"]}, {"channelIds": 1}])
async def test_a_wrong_list_of_channels_is_refused(office: Office, person: NewAsker, wrong: dict[str, Any]) -> None:
    if wrong["channelIds"] is True:
        wrong = {**wrong, "channelIds": [office.channel_id]}
    assert (await invite(office, person("Gina"), **wrong))[0] == 422
