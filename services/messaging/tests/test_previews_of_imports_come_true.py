"""Whatever a file has, its preview and its report have the same numbers, and so has the database."""

import random
from typing import Any

import asyncpg
import pytest
from chassis.confined.runner import Runner
from office import Office
from slack_export import Said, channel, files_of, said, ts, user, zipped
from transfer_runs import previewed, work, working

COUNTED = ("replies", "reactions", "files", "edits", "pins")
# What is stored, counted anew.
STORED = """
    SELECT count(*) AS messages, count(parent_message_id) AS replies, count(*) FILTER (WHERE is_edited) AS edits,
        count(*) FILTER (WHERE is_pinned) AS pins,
        sum((SELECT count(*) FROM jsonb_array_elements(attachments) AS a WHERE a->>'type' = 'link')) AS files,
        sum((SELECT count(*) FROM jsonb_each(reactions) AS e, jsonb_array_elements(e.value))) AS reactions
    FROM messages WHERE is_imported
"""
REACTIONS = ("+1", "tada", "party_parrot")


class Team:
    """An export that grows, with everything in it that can be amiss."""

    def __init__(self, seed: int, office: Office) -> None:
        self._random = random.Random(seed)
        self._users = [user("U1", "Mina", office.member.email), user("U2", "Uli"), user("U3", "Zoe", is_bot=True)]
        self._number = 0
        self._days: dict[str, list[Said]] = {name: [] for name in ("general", "plans", "dm-us", "dm-them", "nowhere")}

    def grow(self, by: int) -> bytes:
        for _ in range(by):
            (folder,) = self._random.choices([*self._days], [4, 1, 1, 1, 1])
            self._days[folder] += self._something(self._days[folder])
        pins = [
            [{"id": each["ts"]} for each in self._days[name] if self._random.random() < 0.8]
            for name in ("general", "plans")
        ]
        channels = [channel("C1", "general", "U1", "U2", is_general=True, pins=pins[0]),
                    channel("C2", "plans", "U1", pins=pins[1])]  # fmt: skip
        dms = [channel("D1", "dm-us", "U1", "U2"), channel("D2", "dm-them", "U2", "U3")]
        days = {f"{name}/2020-09-13": told for name, told in self._days.items()}
        return zipped(files_of(self._users, channels, days, dms=dms))

    def _something(self, before: list[Said]) -> list[Said]:
        self._number += 1
        more: dict[str, Any] = {}
        if self._chance(0.4):
            more["thread_ts"] = self._random.choice([*(each["ts"] for each in before), ts(-5), ts(self._number + 3)])
        if self._chance(0.3):
            more["reactions"] = [
                {"name": name, "users": self._random.sample(["U1", "U2", "U8"], 2)}
                for name in self._random.sample(REACTIONS, 2)
            ]
        if self._chance(0.2):
            more["edited"] = {"user": "U1", "ts": ts(self._number + 1)}
        if self._chance(0.2):
            more["files"] = [
                {"id": f"F{self._number}", "name": "a.pdf", "mode": self._random.choice(["x", "tombstone"])}
            ]
        if self._chance(0.1):
            more["subtype"] = self._random.choice(["tombstone", "channel_join", "channel_topic"])
        text = self._random.choice(["words", "", "broken \ud800", "nothing \0"])
        told = said(self._number, self._random.choice(["U1", "U1", "U2", "U9"]), text, **more)
        return [told, told] if self._chance(0.05) else [told]

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_preview_has_the_numbers_of_the_report(seed: int, office: Office, pool: asyncpg.Pool) -> None:
    team = Team(seed, office)
    first = team.grow(700)
    async with working() as runner:
        told = await _come_true(office, pool, runner, first)
        assert {"unknown_author", "thread_without_beginning", "too_many_pins", "channel_not_listed",
                "nobody_of_it_is_here", "twice_in_the_file", "character_replaced"} <= told.keys()  # fmt: skip
        await _come_true(office, pool, runner, first)
        await _come_true(office, pool, runner, team.grow(60))


async def _come_true(office: Office, pool: asyncpg.Pool, runner: Runner, file: bytes) -> dict[str, int]:
    """The reasons for which something was left out."""
    path, preview = await previewed(office.owner, office.workspace_id, file, pool, runner)
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    await work(pool, runner)
    _, done = await office.owner.get(path)
    totals, report = preview["totals"], done["report"]
    skipped: dict[str, int] = {each["reason"]: each["count"] for each in preview["skipped"]}
    assert (done["state"], skipped) == ("done", report["skipped"])
    came = {name: report.get(name, 0) for name in COUNTED}
    assert {name: totals[name] for name in COUNTED} == came
    assert totals["messages"] == report.get("messagesNew", 0) + report.get("messagesBefore", 0)
    assert totals["messages"] == sum(person["messages"] for person in preview["people"])
    assert totals["messages"] == sum(each["messages"] for each in preview["channels"] if not each["isOfNobodyHere"])
    assert totals["channels"] == report["channelsDone"]
    assert totals["persons"] == sum(report.get(f"people{how}", 0) for how in ("Before", "Matched", "Added", "Imagined"))
    if "messagesBefore" not in report:
        assert dict(await pool.fetchrow(STORED)) == {"messages": totals["messages"], **came}
    return skipped


async def test_messages_of_a_channel_that_an_archive_does_not_have_are_left_out_and_counted(
    office: Office, pool: asyncpg.Pool
) -> None:
    message = b'{"channel": "c", "key": "m", "place": 1, "at": 1600000000000000, "user": "p", "content": "lost"}\n'
    files = {
        "workspace.json": b'{"format": "nexus-archive", "version": 1, "workspace": {"key": "w", "name": "W"}}',
        "people.jsonl": b'{"key": "p", "name": "P"}\n', "messages/c-1.jsonl": message,
    }  # fmt: skip
    async with working() as runner:
        _, told = await previewed(office.owner, office.workspace_id, zipped(files), pool, runner)
    assert told["skipped"] == [{"reason": "channel_not_listed", "count": 1}]
    assert told["totals"]["messages"] == 0
