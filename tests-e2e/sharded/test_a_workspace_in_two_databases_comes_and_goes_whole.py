"""A workspace's channels are in two PostgreSQL servers: it is imported, exported and joined as if it were in one."""

import json
import signal
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from chassis.slots import slot_of
from journeys.people import Json, Person, Town
from journeys.servers import WITHIN, Installation, administer
from journeys.slots import move_and
from testkit import eventually

# With two PostgreSQL servers and six processes started before the first.
pytestmark = pytest.mark.timeout(600)
# So many that some are in each.
NAMES = [f"topic {letter}" for letter in "abcdefghijkl"]
MESSAGES = 200
ALL = len(NAMES) * MESSAGES


def is_away(id_: str) -> bool:
    return (slot_of(UUID(id_)) or 0) >= 512


@pytest_asyncio.fixture
async def ada(town: Town) -> AsyncIterator[Person]:
    yield await town.register("Ada")


async def workspace_of(who: Person, name: str = "Acme") -> str:
    return str((await who.post("/api/workspaces", {"name": name}))["id"])


async def channels_of(who: Person, workspace_id: str) -> dict[str, str]:
    """By name, but for the general one."""
    told = await who.get(f"/api/workspaces/{workspace_id}/channels")
    assert "missing" not in told
    return {each["name"]: each["id"] for each in told["channels"] if each["name"] != "general"}


def slack_export() -> bytes:
    users = [{"id": f"U{number}", "team_id": "T1", "profile": {"real_name": f"Person {number}"}} for number in (1, 2)]
    channels = [
        {"id": f"C{number}", "name": name, "created": 1_600_000_000, "creator": "U1", "members": ["U1", "U2"]}
        for number, name in enumerate(NAMES)
    ]
    files: dict[str, Any] = {"users.json": users, "channels.json": channels}
    for name in NAMES:
        files[f"{name}/2020-09-13.json"] = [
            {"type": "message", "user": f"U{number % 2 + 1}", "text": f"{name}: {number}",
             "ts": f"{1_600_000_001 + number}.000100"}
            for number in range(MESSAGES)
        ]  # fmt: skip
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, told in files.items():
            made.writestr(path, json.dumps(told))
    return out.getvalue()


async def confirmed(who: Person, workspace_id: str, file: bytes, **choices: object) -> str:
    """An import that runs; its path."""
    base = f"/api/workspaces/{workspace_id}/imports"
    begun = await who.post(base, {"name": "workspace.zip", "size": len(file)})
    path = f"{base}/{begun['id']}"
    sent = await who.ask("PUT", f"{path}/content?offset=0", data=file)
    assert sent.status == 200, sent
    await eventually(lambda: is_in(who, path, "waiting"), WITHIN)
    await who.post(f"{path}/confirm", choices)
    return path


async def is_in(who: Person, path: str, state: str) -> Json | None:
    told = await who.get(path)
    assert told["state"] not in {"failed", "cancelled"}, told
    return told if told["state"] == state else None


async def imported(who: Person, workspace_id: str, file: bytes, **choices: object) -> Json:
    path = await confirmed(who, workspace_id, file, **choices)
    told: Json = await eventually(lambda: is_in(who, path, "done"), WITHIN * 2)
    report: Json = told["report"]
    return report


async def exported(who: Person, workspace_id: str) -> bytes:
    base = f"/api/workspaces/{workspace_id}/exports"
    path = f"{base}/{(await who.post(base, {'includePrivate': True}))['id']}"
    await eventually(lambda: is_in(who, path, "done"), WITHIN * 2)
    async with who.http.get(f"{path}/content", headers={"Authorization": f"Bearer {who.token}"}) as answer:
        assert answer.status == 200
        return await answer.read()


def canonical(file: bytes) -> dict[str, Any]:
    """What it says of channels and messages, without the ids of here; by channel."""
    with zipfile.ZipFile(BytesIO(file)) as archive:
        lines = {name: archive.read(name).decode().splitlines() for name in archive.namelist() if name[-1] == "l"}
    people = {each["key"]: each["name"] for each in map(json.loads, lines["people.jsonl"])}
    channels = {each["key"]: each for each in map(json.loads, lines["channels.jsonl"])}
    told: dict[str, Any] = {
        each["name"]: {
            "type": each["type"], "members": sorted(people[member["user"]] for member in each.get("members", ())),
            "bookmarks": [mark["title"] for mark in each.get("bookmarks", ())], "said": [],
        }
        for each in channels.values()
    }  # fmt: skip
    roots: dict[str, str] = {}
    for name in sorted(lines):
        for each in map(json.loads, lines[name] if name.startswith("messages/") else ()):
            roots[each["key"]] = each.get("content", "")
            said = (each["at"], people[each["user"]], each.get("content"), roots.get(each.get("parent")))
            rest = (each.get("isEdited"), each.get("isPinned"), sorted(each.get("reactions", {})))
            told[channels[each["channel"]]["name"]]["said"].append((*said, *rest))
    return told


async def fill(who: Person, channel_id: str) -> None:
    path = f"/api/channels/{channel_id}"
    first = await who.post(f"{path}/messages", {"content": "to be **kept**"})
    await who.post(f"{path}/messages", {"content": "yes", "parentMessageId": first["id"]})
    await who.do("PUT", f"/api/messages/{first['id']}/reactions/%F0%9F%91%8D")
    edited = await who.post(f"{path}/messages", {"content": "mistake"})
    await who.do("PUT", f"/api/messages/{edited['id']}", {"content": "edited"})
    await who.post(f"/api/messages/{edited['id']}/pin")
    await who.post(f"{path}/bookmarks", {"title": "Here", "url": "https://example.com/"})


async def test_a_workspace_goes_out_of_two_databases_and_into_them_again_and_is_equal(ada: Person) -> None:
    source, target = await workspace_of(ada), await workspace_of(ada, "Elsewhere")
    for name in NAMES:
        await fill(ada, await ada.channel(source, name))
    made = await channels_of(ada, source)
    assert {is_away(id_) for id_ in made.values()} == {True, False}
    file = await exported(ada, source)
    assert {*canonical(file)} == {*NAMES, "general"}
    report = await imported(ada, target, file, takeSettings=True)
    assert (report["channelsNew"], report["messagesNew"]) == (len(NAMES), 3 * len(NAMES))
    found = await channels_of(ada, target)
    assert {is_away(id_) for id_ in found.values()} == {True, False}
    assert canonical(await exported(ada, target)) == canonical(file)
    for name in NAMES:
        assert [each["content"] for each in await ada.history(found[name])] == ["to be **kept**", "yes", "edited"]
    again = await imported(ada, target, file)
    assert (again["messagesBefore"], "messagesNew" in again) == (3 * len(NAMES), False)
    assert canonical(await exported(ada, target)) == canonical(file)


async def reckon(who: Person, workspace_id: str) -> None:
    """All channels of Slack's export, in both databases, each message once and in order."""
    found = await channels_of(who, workspace_id)
    assert sorted(found) == NAMES
    for name, id_ in found.items():
        await who.ask("POST", f"/api/channels/{id_}/join")
        history = await who.everything(id_)
        assert [each["seq"] for each in history] == list(range(1, MESSAGES + 1))
        assert [each["content"] for each in history] == [f"{name}: {number}" for number in range(MESSAGES)]


async def test_what_was_killed_in_the_middle_goes_on_and_imported_again_nothing_is_doubled(
    installation: Installation, ada: Person
) -> None:
    workspace_id = await workspace_of(ada)
    path = await confirmed(ada, workspace_id, slack_export(), keepForever=True)
    db = await asyncpg.connect(installation.home_database)
    for part in (2, 6, 10):

        async def has_come_so_far(part: int = part) -> bool:
            told = await ada.get(path)
            return bool(told["progress"] >= part * MESSAGES or told["state"] == "done")

        await eventually(has_come_so_far, WITHIN)
        await installation.home.stop(signal.SIGKILL)
        await db.execute("UPDATE transfers SET due_at = now()")  # as if its lease had run out
        await installation.home.start(WITHIN)
    await db.close()
    told = await eventually(lambda: is_in(ada, path, "done"), WITHIN * 2)
    assert (told["report"]["channelsNew"], told["report"]["messagesNew"]) == (len(NAMES), ALL), told
    assert "messagesBefore" not in told["report"]
    await reckon(ada, workspace_id)
    again = await imported(ada, workspace_id, slack_export())
    assert (again["messagesBefore"], "messagesNew" in again) == (ALL, False)
    await reckon(ada, workspace_id)


async def guest_of(town: Town, ada: Person, workspace_id: str, channel_ids: list[str]) -> Person:
    """Somebody who has accepted an invitation into these channels."""
    gina = await town.register("Gina")
    invitation = {"emails": [gina.user["email"]], "role": "guest", "channelIds": channel_ids}
    assert (await ada.post(f"/api/workspaces/{workspace_id}/invite", invitation))["failed"] == []
    listed = (await ada.get(f"/api/workspaces/{workspace_id}/invitations"))["invitations"]
    (token,) = [each["token"] for each in listed if each["email"] == gina.user["email"]]
    await gina.post("/api/invitations/accept", {"token": token})
    return gina


async def test_a_guest_of_a_channel_in_the_second_database_sees_exactly_that_one(town: Town, ada: Person) -> None:
    workspace_id = await workspace_of(ada)
    for name in NAMES:
        await ada.channel(workspace_id, name)
    found = await channels_of(ada, workspace_id)
    away = next(id_ for id_ in found.values() if is_away(id_))
    await ada.post(f"/api/channels/{away}/messages", {"content": "before she came"})
    gina = await guest_of(town, ada, workspace_id, [away])
    assert {*(await channels_of(gina, workspace_id)).values()} == {away}
    assert (await gina.get(f"/api/workspaces/{workspace_id}/channels"))["channels"][0]["id"] == away
    socket = await gina.connect()
    said = await ada.post(f"/api/channels/{away}/messages", {"content": "welcome"})
    await eventually(lambda: socket.contents(away) == ["welcome"], WITHIN)
    assert (await gina.post(f"/api/channels/{away}/messages", {"content": "thanks"}))["seq"] == said["seq"] + 1
    for id_ in found.values():
        if id_ != away:
            assert (await gina.ask("GET", f"/api/channels/{id_}/messages")).refusal == (404, "not_found")
    bo = await town.join(ada, workspace_id, "Bo")
    answer = await bo.ask(
        "POST", f"/api/workspaces/{workspace_id}/invite",
        {"emails": ["x@example.com"], "role": "guest", "channelIds": [away]},
    )  # fmt: skip
    assert answer.refusal == (403, "forbidden")


async def test_who_joins_while_the_slot_is_closed_or_its_database_is_dead_is_let_in_afterwards(
    installation: Installation, town: Town, ada: Person
) -> None:
    workspace_id = await workspace_of(ada)
    for name in NAMES:
        await ada.channel(workspace_id, name)
    found = (await channels_of(ada, workspace_id)).values()
    away, here = next(id_ for id_ in found if is_away(id_)), next(id_ for id_ in found if not is_away(id_))
    gina = await town.register("Gina")
    invitation = {"emails": [gina.user["email"]], "role": "guest", "channelIds": [away, here]}
    await ada.post(f"/api/workspaces/{workspace_id}/invite", invitation)
    listed = (await ada.get(f"/api/workspaces/{workspace_id}/invitations"))["invitations"]
    (token,) = [each["token"] for each in listed if each["email"] == gina.user["email"]]
    slot = slot_of(UUID(here)) or 0
    urls = installation.home_database, installation.other_database
    await move_and(lambda run: run.kill(), "its events are told", slot, *urls)
    await installation.other.stop()
    installation.servers[1].kill("postgres")
    await gina.post("/api/invitations/accept", {"token": token})
    await administer("move-slot", str(slot), "--undo", NEXUS_SOURCE_URL=urls[0])
    await eventually(lambda: installation.servers[1].is_running("postgres"), WITHIN)
    await installation.other.start(WITHIN)

    async def is_in_both() -> bool:
        return {*(await channels_of(gina, workspace_id)).values()} == {away, here}

    await eventually(is_in_both, WITHIN)
