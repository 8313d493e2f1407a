"""A workspace's channels are in two PostgreSQL servers: people notice nothing of it, except while one is dead."""

import signal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from chassis.slots import slot_of
from journeys.people import Person, Team, Town
from journeys.servers import Installation
from journeys.slots import LATER
from journeys.sockets import Client
from testkit import eventually

# With two PostgreSQL servers and six processes started before the first.
pytestmark = pytest.mark.timeout(600)
OTHER = range(512, 1024)
BACK_WITHIN = 60.0


def is_away(id_: str) -> bool:
    """Whether a channel or message is in the second database."""
    return slot_of(UUID(id_)) in OTHER


async def channel_where(person: Person, workspace_id: str, away: bool, number: int = 0) -> str:
    """A channel in the one or the other, which its name decides."""
    while True:
        made = await person.channel(workspace_id, f"{'away' if away else 'here'} {number}")
        if is_away(made) == away:
            return made
        number += 1


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    """Two people with a channel at home and one away."""
    ada = await town.register("Ada")
    workspace = await ada.post("/api/workspaces", {"name": "Acme"})
    bo = await town.join(ada, workspace["id"], "Bo")
    return Team(workspace["id"], "", [ada, bo])


async def both(team: Team) -> tuple[str, str]:
    ada, bo = team.people
    here = await channel_where(ada, team.workspace_id, away=False)
    away = await channel_where(ada, team.workspace_id, away=True)
    for channel_id in (here, away):
        await bo.post(f"/api/channels/{channel_id}/join")
    return here, away


async def test_people_talk_read_react_and_answer_in_channels_of_both(team: Team) -> None:
    ada, bo = team.people
    channels = await both(team)
    hers, his = await ada.connect(), await bo.connect()
    for channel_id in channels:
        await talk(channel_id, ada, hers, bo, his)
    threads = await ada.get("/api/threads")
    assert {each["root"]["channelId"] for each in threads["threads"]} == set(channels)


async def talk(channel_id: str, ada: Person, hers: Client, bo: Person, his: Client) -> None:
    said = await hers.say(channel_id, f"hello <@{bo.id}>")
    assert is_away(said["id"]) == is_away(channel_id)
    await eventually(lambda: his.contents(channel_id) == [said["content"]])
    assert await bo.history(channel_id) == [said]
    await his.do("reaction:add", {"messageId": said["id"], "emoji": "👍"})
    await eventually(lambda: [each["messageId"] for each in hers.told("reaction:add")][-1:] == [said["id"]])
    answer = await his.say(channel_id, "yes", parentMessageId=said["id"])
    thread = await ada.get(f"/api/messages/{said['id']}/thread")
    assert [each["id"] for each in thread["replies"]] == [answer["id"]]
    await hers.do("message:update", {"messageId": said["id"], "content": f"hello again in {channel_id}"})
    await eventually(lambda: any(channel_id in each["message"]["content"] for each in his.told("message:update")))
    read = await his.do("channel:read", {"channelId": channel_id, "seq": said["seq"]})
    assert (read["unread"], read["lastReadSeq"]) == (0, said["seq"])


async def test_lists_are_whole_across_both(team: Team) -> None:
    ada, bo = team.people
    here, away = await both(team)
    for channel_id in (here, away):
        for word in ("one", "two"):
            last = await ada.post(f"/api/channels/{channel_id}/messages", {"content": word})
            await bo.do("PUT", f"/api/messages/{last['id']}/saved", {})
        await bo.do("PUT", f"/api/channels/{channel_id}/draft", {"content": "later"})
        await bo.post("/api/reminders", {"messageId": last["id"], "remindAt": LATER})
        await bo.post(f"/api/channels/{channel_id}/scheduled", {"content": "next month", "sendAt": LATER})
    general = {each["name"]: each["id"] for each in await listed(ada, team)}["general"]
    assert [each["name"] for each in await listed(bo, team)] == sorted(each["name"] for each in await listed(bo, team))
    assert {here, away, general} <= {each["id"] for each in await listed(bo, team)}
    assert {each["id"] for each in await listed(bo, team) if each["isMember"]} == {here, away, general}
    unread = await bo.get("/api/unread")
    assert {each["channelId"]: each["unread"] for each in unread["channels"]} == {here: 2, away: 2, general: 0}
    assert unread["totals"]["unread"] == 4
    digest = (await bo.get("/api/sync/digest"))["channels"]
    assert {id_: each["lastSeq"] for id_, each in digest.items()} == {here: 2, away: 2, general: 0}
    for path, name in (("drafts", "drafts"), ("scheduled", "scheduled"), ("reminders", "reminders")):
        things = (await bo.get(f"/api/{path}"))[name]
        assert {each["channelId"] for each in things} == {here, away}, path
    contents, place = [], ""
    for _ in range(2):
        (reminder,) = (await bo.get(f"/api/reminders?state=open&limit=1&after={place}"))["reminders"]
        contents.append((reminder["message"]["channelId"], reminder["message"]["content"]))
        place = reminder["place"]
    assert sorted(contents) == sorted([(here, "two"), (away, "two")])
    pages, before = [], ""
    while not pages or pages[-1]["hasMore"]:
        pages.append(await bo.get(f"/api/saved?limit=1{before}"))
        before = f"&before={pages[-1]['saved'][-1]['messageId']}"
    contents = [page["saved"][0]["message"]["content"] for page in pages]
    assert contents == ["two", "one", "two", "one"]
    for thing in (await bo.get("/api/scheduled"))["scheduled"]:
        await bo.do("DELETE", f"/api/scheduled/{thing['id']}")
    for thing in (await bo.get("/api/reminders"))["reminders"]:
        assert (await bo.post(f"/api/reminders/{thing['id']}/done"))["state"] == "done"
    assert (await bo.get("/api/scheduled"))["scheduled"] == []


async def listed(person: Person, team: Team) -> list[dict[str, Any]]:
    told = await person.get(f"/api/workspaces/{team.workspace_id}/channels")
    channels: list[dict[str, Any]] = told["channels"]
    return channels


async def test_who_was_away_is_brought_what_they_missed_in_both(team: Team) -> None:
    ada, bo = team.people
    here, away = await both(team)
    his = await bo.connect()
    for channel_id in (here, away):
        await ada.post(f"/api/channels/{channel_id}/messages", {"content": "missed"})
    told = await his.do("sync", {"channels": {here: 0, away: 0}, "revisions": {here: 0, away: 0}})
    assert {id_: [each["content"] for each in told["channels"][id_]["messages"]] for id_ in (here, away)} == {
        here: ["missed"],
        away: ["missed"],
    }
    assert "missing" not in told


async def test_what_changes_at_home_holds_away_at_once(town: Town, team: Team) -> None:
    ada, bo = team.people
    _, away = await both(team)
    await ada.do("PUT", f"/api/workspaces/{team.workspace_id}/permissions", {"rights": {"pin": "admin"}})
    said = await bo.post(f"/api/channels/{away}/messages", {"content": "pin me"})
    assert (await bo.ask("POST", f"/api/messages/{said['id']}/pin")).refusal == (403, "forbidden")
    cy = await town.join(ada, team.workspace_id, "Cy")
    await cy.post(f"/api/channels/{away}/join")
    hers = await cy.connect()
    await ada.do("PUT", f"/api/channels/{away}", {"isArchived": False, "slowModeSeconds": 0})
    await ada.do("DELETE", f"/api/workspaces/{team.workspace_id}/members/{cy.id}")
    assert (await cy.ask("GET", f"/api/channels/{away}/messages")).refusal == (404, "not_found")
    assert (await hers.ask("message:send", {"channelId": away, "content": "still here?"}))["ok"] is False
    await eventually(lambda: away in [each["channelId"] for each in hers.told("channel:left")], BACK_WITHIN)

    async def both_are_audited() -> bool:
        trail = (await ada.get(f"/api/workspaces/{team.workspace_id}/audit"))["entries"]
        noted = {(each["action"], each["details"].get("channelId")) for each in trail}
        return ("channel.changed", away) in noted and ("member.removed", None) in noted

    await eventually(both_are_audited, BACK_WITHIN)
    assert (await ada.get(f"/api/workspaces/{team.workspace_id}/audit/verify"))["isWhole"] is True


async def test_who_sends_no_receipts_is_seen_in_neither_at_once(town: Town, team: Team) -> None:
    ada, *_ = team.people
    seers: dict[bool, tuple[Person, str, Client]] = {}
    while len(seers) < 2:
        other = await town.join(ada, team.workspace_id, "Cy")
        opened = await other.post(f"/api/workspaces/{team.workspace_id}/direct", {"userIds": [ada.id]})
        seers[is_away(opened["id"])] = other, f"/api/channels/{opened['id']}", await other.connect()
    for told, sends in enumerate((False, True)):
        await ada.do("PUT", "/api/preferences", {"sendsReadReceipts": sends})
        for other, path, heard in seers.values():
            await eventually(lambda: len(heard.told("receipts:update")) > told, BACK_WITHIN)  # noqa: B023 - at once
            assert heard.told("receipts:update")[told:] == [{"userId": ada.id, "sendsReadReceipts": sends}]
            known = (await other.get(f"{path}/receipts"))["receipts"]
            assert [each["userId"] for each in known] == [ada.id] * sends


async def test_a_name_and_a_conversation_are_one_in_both(team: Team) -> None:
    ada, bo = team.people
    here, away = await both(team)
    names = {each["id"]: each["name"] for each in await listed(ada, team)}
    for taken in (here, away):
        answer = await ada.ask("POST", f"/api/workspaces/{team.workspace_id}/channels", {"name": names[taken]})
        assert answer.refusal == (409, "channel_name_taken")
    assert (await ada.ask("PUT", f"/api/channels/{here}", {"name": names[away]})).refusal == (409, "channel_name_taken")
    await ada.do("PUT", f"/api/channels/{away}", {"name": "another name"})
    answer = await ada.ask("POST", f"/api/workspaces/{team.workspace_id}/channels", {"name": "another name"})
    assert answer.refusal == (409, "channel_name_taken")
    opened = [
        (await who.post(f"/api/workspaces/{team.workspace_id}/direct", {"userIds": [other.id]}))["id"]
        for who, other in ((ada, bo), (bo, ada))
    ]
    assert opened[0] == opened[1]
    assert (await bo.post(f"/api/channels/{opened[0]}/messages", {"content": "between us"}))["seq"] == 1


async def test_who_forwards_to_the_other_keeps_the_rights_of_what_was_said(town: Town, team: Team) -> None:
    ada, bo = team.people
    here, away = await both(team)
    secret = await ada.channel(team.workspace_id, "secret", type="private", members=[bo.id])
    talk = (await ada.post(f"/api/workspaces/{team.workspace_id}/direct", {"userIds": [bo.id]}))["id"]
    targets = [each for each in (here, away) if is_away(each) != is_away(secret)]
    for source, target in ((here, away), (away, here)):
        said = await bo.post(f"/api/channels/{source}/messages", {"content": "worth reading"})
        passed_on = {"channelId": target, "comment": "look", "clientMessageId": f"forward-{said['id']}"}
        made = await ada.post(f"/api/messages/{said['id']}/forward", passed_on)
        assert (made["channelId"], made["forwarded"]["content"]) == (target, "worth reading")
        assert (await ada.post(f"/api/messages/{said['id']}/forward", passed_on))["id"] == made["id"]
        assert [each["id"] for each in await bo.history(target) if each["content"] == "look"] == [made["id"]]
        for verb, words in (("PUT", ""), ("DELETE", "worth reading")):  # a moderator hides it, and shows it again
            await ada.do(verb, f"/api/messages/{said['id']}/hidden")
            await eventually(lambda target=target, words=words: _passes_on(bo, target, words))
    said = await ada.post(f"/api/channels/{secret}/messages", {"content": "between us"})
    answer = await bo.ask("POST", f"/api/messages/{said['id']}/forward", {"channelId": targets[0]})
    assert answer.refusal == (403, "forward_not_allowed")
    assert (await bo.post(f"/api/messages/{said['id']}/forward", {"channelId": talk}))["channelId"] == talk
    cy = await town.join(ada, team.workspace_id, "Cy")
    answer = await cy.ask("POST", f"/api/messages/{said['id']}/forward", {"channelId": targets[0]})
    assert answer.refusal == (404, "not_found")


async def _passes_on(who: Person, channel_id: str, words: str) -> bool:
    quotes = [message["forwarded"] for message in await who.history(channel_id) if message["forwarded"]]
    return [quote["content"] for quote in quotes] == [words]


async def test_a_dead_database_takes_down_its_channels_alone_and_comes_back_without_loss(
    installation: Installation, team: Team
) -> None:
    ada, bo = team.people
    here, away = await both(team)
    before = await ada.post(f"/api/channels/{away}/messages", {"content": "before"})
    await installation.other.stop(signal.SIGKILL)
    his = await bo.connect()
    hers = await ada.connect()
    await hers.say(here, "all is well")
    await eventually(lambda: his.contents(here) == ["all is well"])
    refused = await hers.ask("message:send", {"channelId": away, "content": "lost?"})
    assert refused["error"]["type"] == "unavailable"
    assert (await ada.ask("GET", f"/api/channels/{away}/messages")).refusal == (503, "unavailable")
    unread = await bo.ask("GET", "/api/unread")
    assert (unread.status, unread.body["missing"], unread.headers["x-nexus-missing"]) == (200, [1], "1")
    assert here in {each["channelId"] for each in unread.body["channels"]}
    told = await his.do("sync", {"channels": {here: 0, away: 0}})
    assert (told["missing"], set(told["channels"]) >= {here}, away in told["channels"]) == ([1], True, False)

    await installation.other.start(BACK_WITHIN)
    assert await ada.history(away) == [before]
    await eventually(lambda: not his.is_connected, BACK_WITHIN)  # it is asked to come again, and hears all then
    listener = await bo.connect()
    after = await hers_again(ada, away)
    await eventually(lambda: listener.contents(away) == ["after"], BACK_WITHIN)
    assert await bo.history(away) == [before, after]


async def hers_again(ada: Person, away: str) -> dict[str, Any]:
    return await (await ada.connect()).say(away, "after")
