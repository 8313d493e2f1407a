"""Slack's export becomes channels, people and messages here, once, however often it is imported."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio
from chassis.confined.runner import Runner
from office import Asker, Office
from slack_export import channel, files_of, said, ts, user, zipped
from transfer_runs import channel_called, imported, previewed, working


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with working() as started:
        yield started


def export_of(office: Office) -> bytes:
    """A small team's: Mina is a member here, Uli and a program are not."""
    users = [
        user("U1", "Mina", office.member.email.upper()), user("U2", "Uli", "uli@elsewhere.example"),
        user("U3", "Deploys", is_bot=True),
    ]  # fmt: skip
    channels = [
        channel("C1", "general", "U1", "U2", is_general=True, topic={"value": "All of us"}),
        channel("C2", "plans", "U1", pins=[{"id": ts(1), "type": "C"}]),
    ]
    days = {
        "plans/2020-09-14": [said(90_000, "U2", "the next day")],
        "plans/2020-09-13": [
            said(2, "U2", "agreed", thread_ts=ts(1), parent_user_id="U1"),
            said(1, "U1", "Let us *begin*, <@U2> and <!here>, see <#C1|general> :tada:", thread_ts=ts(1), reply_count=1,
                 reactions=[{"name": "+1", "users": ["U2"]}, {"name": "party_parrot", "users": ["U1", "U2"]}],
                 edited={"user": "U1", "ts": ts(5)}),
            said(3, "U1", "", files=[{"id": "F1", "name": "plan.pdf", "mimetype": "application/pdf", "size": 9,
                                      "url_private": "https://files.slack.example/F1/plan.pdf"}]),
            {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Deploys", "text": "deployed",
             "ts": ts(4)},
            {"type": "message", "subtype": "channel_join", "user": "U2", "text": "joined", "ts": ts(0)},
            {"type": "message", "subtype": "channel_topic", "user": "U1", "text": "set the topic: Go", "ts": ts(6)},
        ],
        "dm-of-two/2020-09-13": [said(7, "U2", "just us")],
        "elsewhere/2020-09-13": [said(8, "U2", "whose is it")],
    }  # fmt: skip
    dms = [{"id": "D1", "name": "dm-of-two", "created": 1_600_000_000, "members": ["U1", "U2"]}]
    return zipped(files_of(users, channels, days, dms=dms))


async def messages_of(who: Asker, channel_id: str) -> list[Any]:
    status, told = await who.get(f"/api/channels/{channel_id}/messages", limit=200)
    assert status == 200, told
    return sorted(told["messages"], key=lambda message: message["seq"])


async def test_a_preview_says_what_would_come_and_changes_nothing(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    before = await pool.fetchval("SELECT count(*) FROM channels"), await pool.fetchval("SELECT count(*) FROM users")
    _, told = await previewed(office.owner, office.workspace_id, export_of(office), pool, runner)
    assert told["totals"] | {"messages": 7, "persons": 3, "channels": 3, "replies": 1, "files": 1} == told["totals"]
    people = {person["name"]: person["match"] for person in told["people"]}
    assert people["Mina"] == {"userId": str(office.member.user_id), "name": "Mina", "by": "member"}
    assert people["Uli"] is None
    channels = {each["key"]: each for each in told["channels"]}
    assert (channels["C1"]["action"], channels["C1"]["channelId"]) == ("merge", office.general_id)
    assert (channels["C2"]["action"], channels["C2"]["newName"], channels["C2"]["clash"]) == ("new", "plans-2", True)
    assert (channels["D1"]["action"], channels["D1"]["messages"]) == ("conversation", 1)
    assert {each["reason"]: each["count"] for each in told["skipped"]} == {
        "subtype_channel_join": 1, "channel_not_listed": 1
    }  # fmt: skip
    (retention, private, files) = told["warnings"]
    assert (retention["type"], retention["days"], retention["count"]) == ("retention", 365, 7)
    assert (private["type"], files["type"]) == ("private", "files")
    after = await pool.fetchval("SELECT count(*) FROM channels"), await pool.fetchval("SELECT count(*) FROM users")
    assert before == after


async def test_what_was_said_comes_with_its_time_order_thread_reactions_edits_and_files(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    done = await imported(office.owner, office.workspace_id, export_of(office), pool, runner, keepForever=True)
    assert done["state"] == "done", done
    plans = await channel_called(office, "plans-2")
    first, reply, file, bot, topic, later = await messages_of(office.member, plans["id"])
    assert [each["seq"] for each in (first, reply, file, bot, topic, later)] == [1, 2, 3, 4, 5, 6]
    uli = reply["userId"]
    assert first["userId"] == str(office.member.user_id) != uli
    assert first["content"] == f"Let us **begin**, <@{uli}> and <!here>, see <#{office.general_id}> 🎉"
    assert first["mentions"] == [uli]
    assert first["reactions"] == {"👍": [uli], ":party_parrot:": [str(office.member.user_id), uli]}
    assert (first["createdAt"], first["isEdited"], first["isPinned"]) == ("2020-09-13T12:26:41.001Z", True, True)
    assert (first["threadReplyCount"], first["threadParticipants"]) == (1, [uli])
    assert (reply["parentMessageId"], reply["isImported"]) == (first["id"], True)
    (attached,) = file["attachments"]
    assert (attached["type"], attached["name"], attached["size"]) == ("link", "plan.pdf", 9)
    assert (bot["via"]["name"], bot["content"]) == ("Deploys", "deployed")
    assert (topic["contentType"], later["createdAt"][:10]) == ("system", "2020-09-14")


async def test_nobody_is_told_of_it_and_nothing_of_it_is_unread(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "said here before"})
    await imported(office.owner, office.workspace_id, export_of(office), pool, runner, keepForever=True)
    _, unread = await office.member.get("/api/unread")
    assert unread["totals"] == {"unread": 1, "mentions": 0}
    _, threads = await office.member.get("/api/threads", unread="true")
    assert threads["threads"] == []
    assert await pool.fetchval("SELECT count(*) FROM message_mentions") == 0
    assert await pool.fetchval("SELECT count(*) FROM preview_jobs") == 0


async def test_imported_twice_nothing_is_doubled(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    tables = ("users", "workspace_members", "channels", "channel_members", "messages", "thread_followers")
    await imported(office.owner, office.workspace_id, export_of(office), pool, runner, keepForever=True)
    first = [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
    again = await imported(office.owner, office.workspace_id, export_of(office), pool, runner)
    assert [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == first
    assert again["report"]["messagesBefore"] == 7
    assert "messagesNew" not in again["report"]
