"""A workspace's channels, all at once or in pages."""

from typing import Any

import pytest
from office import Office


async def listed(office: Office, **query: object) -> dict[str, Any]:
    status, told = await office.member.get(f"/api/workspaces/{office.workspace_id}/channels", **query)
    assert status == 200, told
    answer: dict[str, Any] = told
    return answer


async def make(office: Office, *names: str) -> None:
    for name in names:
        await office.owner.made(f"/api/workspaces/{office.workspace_id}/channels", {"name": name})


async def test_pages_of_any_size_are_together_what_is_listed_at_once(office: Office) -> None:
    await make(office, "b/c", "a", "b", "Ü", "zebra")
    whole = await listed(office)
    assert whole["nextCursor"] is None
    assert [each["name"] for each in whole["channels"]] == ["a", "b", "b/c", "general", "plans", "zebra", "Ü"]
    for limit in (1, 2, 3, 7, 100):
        page = await listed(office, limit=limit)
        found = page["channels"]
        while page["nextCursor"]:
            page = await listed(office, limit=limit, cursor=page["nextCursor"])
            assert 0 < len(page["channels"]) <= limit
            found += page["channels"]
        assert found == whole["channels"], limit


async def test_who_asks_for_their_own_gets_no_others(office: Office) -> None:
    await make(office, "of others")
    own = await listed(office, member="true")
    assert [each["name"] for each in own["channels"]] == ["general", "plans"]
    assert all(each["isMember"] for each in own["channels"])
    page = await listed(office, member="true", limit=1)
    rest = await listed(office, member="true", cursor=page["nextCursor"])
    assert [*page["channels"], *rest["channels"]] == own["channels"]


async def test_a_guest_sees_their_own_in_pages_too(office: Office) -> None:
    await make(office, "public")
    path = f"/api/workspaces/{office.workspace_id}/channels"
    _, told = await office.guest.get(path, limit=50)
    assert all(each["isMember"] for each in told["channels"])
    assert "public" not in [each["name"] for each in told["channels"]]


@pytest.mark.parametrize(
    "query",
    [{"cursor": "plans"}, {"cursor": "a\0b/0199a1c2-8e22-7b42-8d65-3a7c9f2e5b02"}, {"limit": 0}, {"limit": 1001}],
)
async def test_what_is_no_place_to_go_on_from_is_refused(office: Office, query: dict[str, object]) -> None:
    status, told = await office.member.get(f"/api/workspaces/{office.workspace_id}/channels", **query)
    assert (status, told["type"]) == (422, "invalid_request")
