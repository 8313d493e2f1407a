"""Workspaces, members, invitations and channels, as the seeds' Team Management API has them."""

import asyncio
from typing import Any

import asyncpg
import pytest
from office import Asker, NewAsker, Office

UNKNOWN = "0190a000-0000-7000-8000-000000000000"


async def test_a_new_workspace_has_its_owner_and_a_general_channel(person: NewAsker) -> None:
    alice = person("Alice")
    made = await alice.made("/api/workspaces", {"name": " Home ", "description": "ours", "isPublic": True})
    assert (made["name"], made["description"], made["isPublic"], made["role"]) == ("Home", "ours", True, "owner")
    assert (await alice.get("/api/workspaces"))[1] == {"workspaces": [made]}
    _, listed = await alice.get(f"/api/workspaces/{made['id']}/channels")
    (general,) = listed["channels"]
    assert (general["name"], general["isDefault"], general["isMember"], general["lastSeq"]) == (
        "general",
        True,
        True,
        0,
    )
    _, members = await alice.get(f"/api/workspaces/{made['id']}/members")
    assert [(m["userId"], m["role"], m["name"], m["email"]) for m in members["members"]] == [
        (str(alice.user_id), "owner", "Alice", alice.email)
    ]


async def test_invitations_tell_who_could_not_be_invited(office: Office) -> None:
    told = await office.owner.made(
        f"/api/workspaces/{office.workspace_id}/invite",
        {"emails": ["New@Example.com", "nonsense", office.member.email, "new@example.com"]},
    )
    assert told == {
        "sent": ["new@example.com"],
        "failed": [
            {"email": "nonsense", "reason": "invalid_email"},
            {"email": office.member.email, "reason": "already_a_member"},
            {"email": "new@example.com", "reason": "named_twice"},
        ],
    }


async def test_an_invitation_is_for_its_address_and_for_one_use(office: Office, person: NewAsker) -> None:
    guest = person("Nora")
    await office.owner.made(f"/api/workspaces/{office.workspace_id}/invite", {"emails": [guest.email]})
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    row = told["invitations"][0]
    assert (row["email"], row["role"], row["status"]) == (guest.email, "member", "pending")
    assert (await office.stranger.post("/api/invitations/accept", {"token": row["token"]}))[1]["type"] == (
        "invitation_for_another_email"
    )
    answers = await asyncio.gather(*(guest.post("/api/invitations/accept", {"token": row["token"]}) for _ in range(5)))
    assert {status for status, _ in answers} == {200}
    assert len({told["member"]["id"] for _, told in answers}) == 1
    _, after = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    assert (after["invitations"][0]["status"], after["invitations"][0]["token"]) == ("accepted", None)
    assert (await guest.post("/api/invitations/accept", {"token": "unknown"}))[0] == 404


async def test_a_second_invitation_replaces_the_first(office: Office, person: NewAsker) -> None:
    nora = person("Nora")
    for _ in range(2):
        await office.owner.made(f"/api/workspaces/{office.workspace_id}/invite", {"emails": [nora.email]})
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    newest, older = told["invitations"][:2]
    assert (newest["status"], older["status"], older["token"]) == ("pending", "replaced", None)


async def test_an_old_invitation_is_gone(office: Office, person: NewAsker, pool: asyncpg.Pool) -> None:
    nora = person("Nora")
    await office.owner.made(f"/api/workspaces/{office.workspace_id}/invite", {"emails": [nora.email]})
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/invitations")
    await pool.execute("UPDATE invitations SET expires_at = now() WHERE email = $1", nora.email)
    status, problem = await nora.post("/api/invitations/accept", {"token": told["invitations"][0]["token"]})
    assert (status, problem["type"]) == (410, "invitation_expired")


async def test_members_may_invite_only_where_that_is_allowed(office: Office) -> None:
    body = {"emails": ["somebody@example.com"]}
    path = f"/api/workspaces/{office.workspace_id}"
    assert (await office.member.post(f"{path}/invite", body))[0] == 403
    await office.owner.put(path, {"allowExternalInvites": True})
    assert (await office.member.post(f"{path}/invite", body))[0] == 200
    assert (await office.member.post(f"{path}/invite", {**body, "role": "admin"}))[0] == 403
    assert (await office.guest.post(f"{path}/invite", body))[0] == 403


async def test_roles_change_and_an_owner_remains(office: Office) -> None:
    members = f"/api/workspaces/{office.workspace_id}/members"
    status, told = await office.owner.put(
        f"{members}/{office.member.user_id}", {"role": "admin", "permissions": {"pin": False}}
    )
    assert (status, told["role"], told["permissions"]) == (200, "admin", {"pin": False})
    assert (await office.member.put(f"{members}/{office.member.user_id}", {"role": "owner"}))[0] == 403
    assert (await office.member.put(f"{members}/{office.owner.user_id}", {"role": "member"}))[0] == 403
    assert (await office.owner.put(f"{members}/{office.owner.user_id}", {"role": "member"}))[1]["type"] == "last_owner"
    assert (await office.owner.put(f"{members}/{UNKNOWN}", {"role": "member"}))[0] == 404
    _, admins = await office.owner.get(members, role="admin")
    assert [member["userId"] for member in admins["members"]] == [str(office.member.user_id)]
    _, found = await office.owner.get(members, search="MIN")
    assert (found["total"], found["members"][0]["name"]) == (1, "Mina")


async def test_a_removed_member_is_out_of_everything(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}/members/{office.member.user_id}"
    assert (await office.owner.delete(path))[0] == 204
    assert (await office.member.get(f"/api/workspaces/{office.workspace_id}"))[0] == 404
    assert (await office.member.get(f"/api/channels/{office.channel_id}/messages"))[0] == 404
    _, told = await office.owner.get(f"/api/channels/{office.channel_id}/info")
    assert [member["userId"] for member in told["members"]] == [str(office.owner.user_id)]


async def test_a_conversation_is_one_however_often_it_is_opened(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}/direct"
    body = {"userIds": [str(office.member.user_id)]}
    back = {"userIds": [str(office.owner.user_id)]}
    answers = await asyncio.gather(
        office.owner.post(path, body), office.member.post(path, back), office.owner.post(path, body)
    )
    assert sorted(status for status, _ in answers) == [200, 200, 201]
    assert len({told["id"] for _, told in answers}) == 1
    direct = answers[0][1]
    assert (direct["type"], set(direct["memberIds"])) == (
        "direct",
        {str(office.owner.user_id), str(office.member.user_id)},
    )
    group = await office.owner.made(path, {"userIds": [str(office.member.user_id), str(office.guest.user_id)]})
    assert group["type"] == "group"
    assert (await office.owner.post(path, {"userIds": [str(office.stranger.user_id)]}))[0] == 404
    assert (await office.owner.post(path, {"userIds": [str(office.owner.user_id)]}))[0] == 422
    assert (await office.owner.post(f"/api/channels/{group['id']}/members", {"userIds": [str(office.owner.user_id)]}))[
        0
    ] == 403


async def test_public_channels_are_joined_and_left(office: Office) -> None:
    made = await office.owner.made(f"/api/workspaces/{office.workspace_id}/channels", {"name": "open"})
    _, seen = await office.member.get(f"/api/workspaces/{office.workspace_id}/channels")
    assert {c["name"]: c["isMember"] for c in seen["channels"]} == {"general": True, "open": False, "plans": True}
    assert (await office.member.post(f"/api/channels/{made['id']}/join"))[0] == 204
    _, told = await office.member.get(f"/api/channels/{made['id']}/info")
    assert {member["name"] for member in told["members"]} == {"Olga", "Mina"}
    assert (await office.member.post(f"/api/channels/{made['id']}/leave"))[0] == 204
    assert (await office.member.post(f"/api/channels/{made['id']}/leave"))[0] == 403
    assert (await office.guest.post(f"/api/channels/{made['id']}/join"))[0] == 404


async def test_a_channels_name_is_its_own(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}/channels"
    answers = await asyncio.gather(*(office.owner.post(path, {"name": "same"}) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [201, 409, 409]
    assert (await office.owner.put(f"/api/channels/{office.channel_id}", {"name": "same"}))[1][
        "type"
    ] == "channel_name_taken"


async def test_information_about_a_channel_adds_up(office: Office) -> None:
    first = await office.say(office.owner, "one")
    await office.say(office.owner, "two")
    for _ in range(2):
        assert (await office.member.post(f"/api/messages/{first['id']}/pin"))[0] == 204
    _, told = await office.member.get(f"/api/channels/{office.channel_id}/info")
    assert [message["content"] for message in told["pinnedMessages"]] == ["one"]
    assert (told["statistics"]["totalMessages"], told["statistics"]["activeMembers"]) == (2, 1)
    assert (await office.member.delete(f"/api/messages/{first['id']}/pin"))[0] == 204
    _, told = await office.member.get(f"/api/channels/{office.channel_id}/info")
    assert told["pinnedMessages"] == []


async def test_reactions_are_sets(office: Office) -> None:
    message = await office.say(office.owner, "nice")
    for who in (office.owner, office.member, office.member):
        assert (await who.put(f"/api/messages/{message['id']}/reactions/👍", None))[0] == 204
    told = (await office.history(office.owner))["messages"][0]["reactions"]
    assert told == {"👍": [str(office.owner.user_id), str(office.member.user_id)]}
    for _ in range(2):
        assert (await office.owner.delete(f"/api/messages/{message['id']}/reactions/👍"))[0] == 204
    assert (await office.history(office.owner))["messages"][0]["reactions"] == {"👍": [str(office.member.user_id)]}


async def test_only_authors_edit_and_admins_may_delete(office: Office) -> None:
    message = await office.say(office.member, "draft")
    path = f"/api/messages/{message['id']}"
    assert (await office.owner.put(path, {"content": "mine now"}))[0] == 403
    status, told = await office.member.put(path, {"content": "final"})
    assert (status, told["content"], told["isEdited"], told["seq"]) == (200, "final", True, message["seq"])
    assert (await office.owner.delete(path))[0] == 204
    assert (await office.member.put(path, {"content": "again"}))[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/workspaces", {"name": "x" * 256}),
        ("/api/workspaces", {"name": "  "}),
        ("/api/workspaces", {"name": "ok", "organizationId": UNKNOWN}),
        ("/api/workspaces", {"name": ["ok"]}),
        ("/api/workspaces", {"name": "nul\x00"}),
        ("/api/workspaces", {"name": "ok", "isPublic": "yes"}),
        ("/api/workspaces", []),
        ("/api/invitations/accept", {"token": 5}),
    ],
)
async def test_wrong_requests_are_refused_and_change_nothing(person: NewAsker, path: str, body: Any) -> None:
    alice = person("Alice")
    status, told = await alice.post(path, body)
    assert (status, told["type"]) == (422, "invalid_request"), told
    assert (await alice.get("/api/workspaces"))[1] == {"workspaces": []}


async def test_members_are_named_by_their_ids_beyond_the_first_thousand(office: Office, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "WITH many AS (INSERT INTO users (id, organization_id, email, name) SELECT gen_random_uuid(), organization_id,"
        " n || '@example.com', 'A' || n FROM users, generate_series(1, 1000) n WHERE id = $2 RETURNING id)"
        " INSERT INTO workspace_members (id, workspace_id, user_id, role) SELECT id, $1, id, 'member' FROM many",
        office.workspace_id, office.owner.user_id,
    )  # fmt: skip
    path, asked = f"/api/workspaces/{office.workspace_id}/members", [office.owner.user_id, office.member.user_id]
    _, told = await office.member.get(path)
    assert not {str(id_) for id_ in asked} & {each["userId"] for each in told["members"]}
    _, told = await office.member.get(path, ids=",".join(map(str, (*asked, UNKNOWN))), withFormer="true")
    assert ({each["name"] for each in told["members"]}, told["total"]) == ({"Olga", "Mina"}, 2)
    for ids in ("", "me", f"{UNKNOWN},", ",".join([UNKNOWN] * 101)):
        status, told = await office.member.get(path, ids=ids)
        assert (status, told["type"]) == (422, "invalid_request"), ids


async def test_half_a_surrogate_pair_is_refused(person: NewAsker) -> None:
    alice = person("Alice")
    for raw in (b'{"name": "\\ud800"}', b'{"name": "\xff"}', b"{", b""):
        status, told = await alice.ask("POST", "/api/workspaces", data=raw)
        assert status in (400, 422), told
        assert told["type"] == "invalid_request"


async def test_what_is_not_yours_looks_like_what_is_not_there(office: Office, person: NewAsker) -> None:
    message = await office.say(office.owner, "ours")
    real, unknown = [office.workspace_id, office.channel_id, message["id"]], [UNKNOWN] * 3
    outsider = person("Otto")

    async def answers(ids: list[str]) -> list[tuple[int, Any]]:
        workspace, channel, note = ids
        return [
            await outsider.get(f"/api/workspaces/{workspace}"),
            await outsider.get(f"/api/workspaces/{workspace}/members"),
            await outsider.get(f"/api/workspaces/{workspace}/channels"),
            await outsider.post(f"/api/workspaces/{workspace}/channels", {"name": "x"}),
            await outsider.get(f"/api/channels/{channel}/info"),
            await outsider.get(f"/api/channels/{channel}/messages"),
            await outsider.post(f"/api/channels/{channel}/messages", {"content": "x"}),
            await outsider.post(f"/api/channels/{channel}/join"),
            await outsider.put(f"/api/messages/{note}", {"content": "x"}),
            await outsider.delete(f"/api/messages/{note}"),
            await outsider.post(f"/api/messages/{note}/pin"),
        ]

    found = await answers(real)
    assert found == await answers(unknown)
    assert {status for status, _ in found} == {404}


async def test_a_guest_sees_only_their_channels(office: Office) -> None:
    await office.owner.made(f"/api/workspaces/{office.workspace_id}/channels", {"name": "open"})
    _, seen = await office.guest.get(f"/api/workspaces/{office.workspace_id}/channels")
    assert [channel["name"] for channel in seen["channels"]] == ["general"]
    assert (await office.guest.post(f"/api/workspaces/{office.workspace_id}/channels", {"name": "mine"}))[0] == 403


async def test_everyone_is_asked_who_they_are(person: NewAsker) -> None:
    alice = person("Alice")
    nobody = Asker(alice.http, alice.url, alice.user_id, alice.email, {})
    for path in ("/api/workspaces", f"/api/channels/{UNKNOWN}/messages", f"/api/workspaces/{UNKNOWN}/members"):
        status, told = await nobody.get(path)
        assert (status, told["type"]) == (401, "unauthenticated")
