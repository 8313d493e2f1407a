"""A workspace's archive, imported into an empty one, makes an equal workspace."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio
from canonical import canonical
from chassis.confined.runner import Runner
from drawn import film
from office import Asker, NewAsker, Office, invited
from transfer_runs import exported, imported, working
from uuid_utils.compat import uuid7


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with working() as started:
        yield started


@pytest_asyncio.fixture
async def company(person: NewAsker) -> Office:
    """As `office`, but of people of one organization."""
    organization_id = uuid7()
    owner, member, guest, stranger = (person(name, organization_id) for name in ("Olga", "Mina", "Gus", "Sam"))
    workspace = await owner.made("/api/workspaces", {"name": "Company", "description": "All of us"})
    await invited(owner, member, workspace["id"], "member")
    await invited(owner, guest, workspace["id"], "guest")
    _, listed = await owner.get(f"/api/workspaces/{workspace['id']}/channels")
    channel = await owner.made(
        f"/api/workspaces/{workspace['id']}/channels",
        {"name": "plans", "type": "private", "members": [str(member.user_id)]},
    )
    return Office(owner, member, guest, stranger, workspace["id"], listed["channels"][0]["id"], channel["id"])


async def a_busy_week(company: Office) -> None:
    """Something of everything that an archive holds."""
    owner, member = company.owner, company.member
    workspace = f"/api/workspaces/{company.workspace_id}"
    group = await owner.made(f"{workspace}/groups", {"name": "core", "members": [str(member.user_id)]})
    image = f"{owner.url}{workspace}/emoji/ship"
    async with owner.http.put(image, data=film("GIF", 5), headers=owner.headers) as answer:
        assert answer.status == 201
    await owner.put(workspace, {"retentionDays": 1000, "membersSeeEdits": False})
    public = await owner.made(f"{workspace}/channels", {"name": "news", "description": "What is new"})
    await member.made(f"/api/channels/{public['id']}/join")
    await owner.put(f"/api/channels/{public['id']}/permissions", {"rights": {"pin": "admin"}})
    await owner.made(f"/api/channels/{public['id']}/bookmarks", {"title": "Handbook", "url": "https://example.com/h"})
    named = f"Hello <@{member.user_id}>, <!group:{group['id']}>: see <#{public['id']}> and **this** `<!here>`"
    first = await company.say(owner, named, attachments=[{"type": "card", "title": "A card"}])
    for number in range(3):
        await company.say(member, f"reply {number}", parentMessageId=first["id"], alsoToChannel=number == 2)
    await owner.delete(f"/api/messages/{first['id']}/follow")
    await member.put(f"/api/messages/{first['id']}/reactions/:ship:", None)
    await owner.made(f"/api/messages/{first['id']}/pin")
    said = await company.say(member, "first form")
    await member.put(f"/api/messages/{said['id']}", {"content": "second *form*"})
    gone = await company.say(member, "to be deleted")
    await member.delete(f"/api/messages/{gone['id']}")
    hidden = await company.say(member, "to be hidden with **words**")
    await owner.put(f"/api/messages/{hidden['id']}/hidden", {})
    both = await company.say(member, "to be hidden, and deleted then")
    await owner.put(f"/api/messages/{both['id']}/hidden", {})
    await owner.delete(f"/api/messages/{both['id']}")
    document = {"type": "doc", "content": [{"type": "codeBlock", "attrs": {"language": "python"},
                                            "content": [{"type": "text", "text": "print(1)"}]}]}  # fmt: skip
    await member.made(f"/api/channels/{company.channel_id}/messages", {"formattedContent": document})
    await owner.made(f"/api/channels/{public['id']}/messages", {"content": "said in public"})
    _, page = await owner.get(f"/api/channels/{public['id']}/messages")
    passed = page["messages"][0]
    await owner.made(f"/api/messages/{passed['id']}/forward", {"channelId": company.channel_id, "comment": "look"})
    await _a_poll(company)
    direct = await owner.made(f"{workspace}/direct", {"userIds": [str(member.user_id)]})
    await member.made(f"/api/channels/{direct['id']}/messages", {"content": "just us"})


async def _a_poll(company: Office) -> None:
    for is_anonymous in (False, True):
        poll = await company.owner.made(
            f"/api/channels/{company.channel_id}/polls",
            {"question": "When?", "options": ["now", "later"], "isAnonymous": is_anonymous},
        )
        status, told = await company.member.put(f"/api/messages/{poll['id']}/vote", {"options": ["1"]})
        assert status == 200, told


async def an_empty_one(owner: Asker) -> Any:
    return (await owner.made("/api/workspaces", {"name": "Elsewhere"}))["id"]


async def test_an_archive_makes_an_equal_workspace_of_an_empty_one(
    company: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    await a_busy_week(company)
    first = await exported(company.owner, company.workspace_id, pool, runner)
    other = await an_empty_one(company.owner)
    done = await imported(company.owner, other, first, pool, runner, addColleagues=True, takeSettings=True)
    assert done["state"] == "done", done
    assert done["report"].get("skipped", {}) == {}, done
    second = await exported(company.owner, other, pool, runner)
    assert canonical(second) == canonical(first)
    names = set(canonical(first))
    assert names >= {"workspace.json", "people.jsonl", "channels.jsonl", "groups.jsonl", "emoji.jsonl"}
    assert len(names) == 8, names
    told = [line for name in names if name.startswith("messages/") for line in canonical(first)[name]]
    kinds = {"isEdited", "isDeleted", "isHidden", "isPinned", "parent", "reactions", "versions", "votes", "poll"}
    assert kinds | {"forwarded", "followers", "formatted", "attachments"} <= {name for line in told for name in line}


async def test_an_archive_imported_twice_doubles_nothing(company: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    await a_busy_week(company)
    file = await exported(company.owner, company.workspace_id, pool, runner)
    other = await an_empty_one(company.owner)
    await imported(company.owner, other, file, pool, runner, addColleagues=True, takeSettings=True)
    once = canonical(await exported(company.owner, other, pool, runner))
    await company.say(company.owner, "said since")
    newer = await exported(company.owner, company.workspace_id, pool, runner)
    again = await imported(company.owner, other, file, pool, runner)
    assert "messagesNew" not in again["report"]
    assert canonical(await exported(company.owner, other, pool, runner)) == once
    more = await imported(company.owner, other, newer, pool, runner)
    assert more["report"]["messagesNew"] == 1


async def test_what_the_owner_cannot_read_is_exported_only_if_that_is_asked_and_said(
    company: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    workspace = f"/api/workspaces/{company.workspace_id}"
    secret = await company.member.made(f"{workspace}/channels", {"name": "secret", "type": "private"})
    await company.member.made(f"/api/channels/{secret['id']}/messages", {"content": "between us"})
    plain = await exported(company.owner, company.workspace_id, pool, runner)
    assert b"between us" not in str(canonical(plain)).encode()
    whole = await exported(company.owner, company.workspace_id, pool, runner, includePrivate=True)
    assert b"between us" in str(canonical(whole)).encode()
    _, audit = await company.owner.get(f"{workspace}/audit", action="export.begun")
    assert [entry["details"]["includePrivate"] for entry in audit["entries"]] == [True, False]
    assert (await company.member.get(f"{workspace}/exports"))[0] == 403


async def test_an_export_of_a_hold_has_what_it_kept_and_nothing_else(
    company: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    path = f"/api/workspaces/{company.workspace_id}/holds"
    hold = await company.owner.made(path, {"name": "Case 1", "userId": str(company.member.user_id)})
    said = await company.say(company.member, "what must stay")
    await company.say(company.owner, "what is not held")
    await company.member.delete(f"/api/messages/{said['id']}")
    file = canonical(await exported(company.owner, company.workspace_id, pool, runner, holdId=hold["id"]))
    messages = [line for name, lines in file.items() if name.startswith("messages/") for line in lines]
    (only,) = messages
    assert (only["isDeleted"], only["kept"]["content"]) == (True, "what must stay")
    assert [person["name"] for person in file["people.jsonl"]] == ["Mina"]
