"""Groups: who may make them, and whom their name mentions."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from office import Office, told_of_workspaces


async def make(office: Office, name: str = "crew", *members: Any) -> Any:
    body = {"name": name, "description": "who knows", "members": [str(who.user_id) for who in members]}
    return await office.owner.made(f"/api/workspaces/{office.workspace_id}/groups", body)


async def listed(office: Office) -> Any:
    status, told = await office.guest.get(f"/api/workspaces/{office.workspace_id}/groups")
    assert status == 200, told
    return told["groups"]


async def test_a_group_is_made_changed_listed_and_removed(office: Office) -> None:
    group = await make(office, "Crew", office.member)
    assert (group["name"], group["memberIds"]) == ("Crew", [str(office.member.user_id)])
    path = f"/api/workspaces/{office.workspace_id}/groups/{group['id']}"
    _, changed = await office.owner.put(path, {"name": "team-2", "members": [str(office.guest.user_id)]})
    assert (changed["name"], changed["description"]) == ("team-2", "who knows")
    assert await listed(office) == [changed]
    assert changed["memberIds"] == [str(office.guest.user_id)]
    assert await office.owner.delete(path) == (204, None)
    assert await listed(office) == []
    assert (await office.owner.delete(path))[0] == 404


async def test_what_becomes_of_a_group_is_told(office: Office, pool: asyncpg.Pool) -> None:
    group = await make(office, "Crew", office.member)
    path = f"/api/workspaces/{office.workspace_id}/groups/{group['id']}"
    await office.owner.put(path, {"members": []})
    await office.owner.delete(path)
    made, changed, removed = await told_of_workspaces(pool)
    assert (made.workspace_id, made.meta.actor_id) == (office.workspace_id, str(office.owner.user_id))
    assert (made.group_saved.name, list(made.group_saved.member_ids)) == ("Crew", [str(office.member.user_id)])
    assert (changed.group_saved.id, list(changed.group_saved.member_ids)) == (group["id"], [])
    assert removed.group_removed.id == group["id"]


async def test_the_name_of_a_group_mentions_those_of_it_who_are_in_the_channel(
    office: Office, pool: asyncpg.Pool
) -> None:
    group = await make(office, "crew", office.owner, office.member, office.guest)
    message = await office.say(office.owner, f"<!group:{group['id']}>")
    assert message["mentions"] == [str(office.member.user_id)]
    rows = await pool.fetch("SELECT kind FROM message_mentions WHERE message_id = $1", UUID(message["id"]))
    assert [row["kind"] for row in rows] == ["group"]
    both = await office.say(office.owner, f"<!group:{group['id']}> <@{office.member.user_id}>")
    rows = await pool.fetch("SELECT kind FROM message_mentions WHERE message_id = $1", UUID(both["id"]))
    assert [row["kind"] for row in rows] == ["user"]


async def test_an_edit_mentions_whom_the_group_meant_when_it_was_named(office: Office) -> None:
    group = await make(office, "crew", office.member)
    message = await office.say(office.owner, f"hello <!group:{group['id']}>")
    path = f"/api/workspaces/{office.workspace_id}/groups/{group['id']}"
    await office.owner.put(path, {"members": []})
    edit = f"/api/messages/{message['id']}"
    _, edited = await office.owner.put(edit, {"content": f"hallo <!group:{group['id']}>"})
    assert edited["mentions"] == message["mentions"] == [str(office.member.user_id)]
    for content in ("hallo", f"hallo <!group:{group['id']}>"):
        assert (await office.owner.put(edit, {"content": content}))[1]["mentions"] == []


async def test_a_group_of_another_workspace_mentions_nobody(office: Office) -> None:
    other = await office.owner.made("/api/workspaces", {"name": "Other"})
    group = await office.owner.made(f"/api/workspaces/{other['id']}/groups", {"name": "crew"})
    message = await office.say(office.owner, f"<!group:{group['id']}>")
    assert message["mentions"] == []


async def test_who_leaves_the_workspace_leaves_its_groups(office: Office) -> None:
    await make(office, "crew", office.member)
    await office.owner.delete(f"/api/workspaces/{office.workspace_id}/members/{office.member.user_id}")
    assert [group["memberIds"] for group in await listed(office)] == [[]]


async def test_only_admins_manage_groups_and_strangers_see_none(office: Office) -> None:
    group = await make(office)
    path = f"/api/workspaces/{office.workspace_id}/groups"
    for who, expected in ((office.member, 403), (office.guest, 403), (office.stranger, 404)):
        asked = [
            await who.post(path, {"name": "mine"}),
            await who.put(f"{path}/{group['id']}", {"name": "mine"}),
            await who.delete(f"{path}/{group['id']}"),
        ]
        assert [status for status, _ in asked] == [expected] * 3
    assert (await office.stranger.get(path))[0] == 404
    assert [each["name"] for each in await listed(office)] == ["crew"]


async def test_a_group_is_managed_in_its_own_workspace_alone(office: Office) -> None:
    group = await make(office)
    other = await office.owner.made("/api/workspaces", {"name": "Other"})
    for id_ in (group["id"], uuid4()):
        path = f"/api/workspaces/{other['id']}/groups/{id_}"
        assert (await office.owner.put(path, {"name": "x"}))[0] == (await office.owner.delete(path))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "two words"}, {"name": "channel"}, {"name": "Here"}, {"name": "x" * 65}, {"name": "-x"},
        {}, {"name": "x", "members": ["no id"]}, {"name": "x", "members": [str(uuid4()) for _ in range(501)]},
        {"name": "x", "owner": 1},
    ],
)  # fmt: skip
async def test_a_wrong_group_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    status, told = await office.owner.post(f"/api/workspaces/{office.workspace_id}/groups", wrong)
    assert (status, told["type"]) == (422, "invalid_request")
    assert await listed(office) == []


async def test_names_are_taken_whatever_their_case_and_members_are_of_the_workspace(office: Office) -> None:
    group = await make(office)
    path = f"/api/workspaces/{office.workspace_id}/groups"
    status, told = await office.owner.post(path, {"name": "CREW"})
    assert (status, told["type"]) == (409, "group_name_taken")
    await make(office, "other")
    status, told = await office.owner.put(f"{path}/{group['id']}", {"name": "Other"})
    assert (status, told["type"]) == (409, "group_name_taken")
    stranger = {"members": [str(office.stranger.user_id)]}
    assert (await office.owner.put(f"{path}/{group['id']}", stranger))[0] == 404


async def test_a_workspace_has_two_hundred_groups_at_the_most(office: Office, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO user_groups (id, workspace_id, name, created_by)"
        " SELECT gen_random_uuid(), $1, 'g' || n, $2 FROM generate_series(1, 199) n",
        UUID(office.workspace_id), office.owner.user_id,
    )  # fmt: skip
    await make(office, "last")
    status, told = await office.owner.post(f"/api/workspaces/{office.workspace_id}/groups", {"name": "more"})
    assert (status, told["type"]) == (409, "too_many_groups")
