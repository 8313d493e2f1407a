"""Messaging in several databases: where an id is, what is asked of which, and how answers become one."""

from typing import Any

import pytest
from chassis.problems import Problem
from chassis.slots import new_id
from gateway.sharding import merging
from gateway.sharding.asking import ShardedUpstream
from gateway.sharding.shards import Shards
from uuid_utils.compat import uuid7

SHARDS = Shards.read("http://home/;http://second=512-1023; closed=7")


class Database:
    """Answers as messaging does, or not at all; `asked` is what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Any]] = []

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        self.asked.append((method, path, body))
        if isinstance(self.answer, Problem):
            raise self.answer
        return self.answer


def sharded(*databases: Database) -> ShardedUpstream:
    return ShardedUpstream(databases, SHARDS)  # type: ignore[arg-type]


def test_an_id_says_where_it_is_and_what_says_nothing_is_at_home() -> None:
    assert SHARDS.addresses == ("http://home", "http://second")
    assert [SHARDS.of(str(new_id(slot))) for slot in (0, 511, 512, 1023)] == [0, 0, 1, 1]
    assert [SHARDS.of(each) for each in (str(uuid7()), "general", "", None, 5, ["a"])] == [0] * 6
    assert not Shards.read("http://home").are_several


def test_a_slot_on_its_way_is_nowhere() -> None:
    with pytest.raises(Problem, match="being moved") as refused:
        SHARDS.of(str(new_id(7)))
    assert refused.value.status == 503


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has 1 to"),
        ("closed=1", "has 1 to"),
        ("http://a;http://b", "say which slots"),
        ("http://a;http://b=1-5;http://c=5", "named twice"),
        ("http://a;http://b=2000", "slots are from"),
    ],
)
def test_a_map_that_says_two_things_or_nothing_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Shards.read(text)


async def test_a_persons_places_are_those_of_all_databases_and_say_which_did_not_answer() -> None:
    home = Database({"channels": [{"id": "a", "lastSeq": 1}], "workspaceIds": ["w"]})
    second = Database({"channels": [{"id": "b", "lastSeq": 2}], "workspaceIds": ["w"]})
    told: Any = await sharded(home, second).get("/internal/users/somebody/state")
    assert ([each["id"] for each in told["channels"]], told["workspaceIds"], told["missing"]) == (["a", "b"], ["w"], [])
    second.answer = Problem(503, "unavailable", "")
    told = await sharded(home, second).get("/internal/users/somebody/state")
    assert ([each["id"] for each in told["channels"]], told["missing"]) == (["a"], [1])
    home.answer = Problem(503, "unavailable", "")
    with pytest.raises(Problem):
        await sharded(home, second).get("/internal/users/somebody/state")


async def test_each_database_is_asked_of_its_own_positions() -> None:
    here, there, old = str(new_id(1)), str(new_id(600)), str(uuid7())
    home, second = Database({"channels": {here: {}, old: {}}}), Database({"channels": {there: {}}})
    positions = {"channels": {here: 1, there: 2, old: 3}, "revisions": {there: 4}}
    told: Any = await sharded(home, second).post("/internal/users/somebody/sync", positions)
    assert set(told["channels"]) == {here, there, old}
    assert home.asked[0][2] == {"channels": {here: 1, old: 3}, "revisions": {}}
    assert second.asked[0][2] == {"channels": {there: 2}, "revisions": {there: 4}}


async def test_what_is_away_is_left_out_of_a_sync_and_what_is_wrong_is_refused() -> None:
    home, second = Database({"channels": {}}), Database(Problem(503, "unavailable", ""))
    there = str(new_id(600))
    told: Any = await sharded(home, second).post("/internal/users/somebody/sync", {"channels": {there: 2}})
    assert told == {"channels": {}, "missing": [1]}
    home.answer = second.answer = Problem(422, "invalid_request", "channels: must be numbers")
    with pytest.raises(Problem, match="must be numbers"):
        await sharded(home, second).post("/internal/users/somebody/sync", {"channels": "all"})


async def test_what_is_asked_of_a_channel_or_message_goes_to_its_database() -> None:
    home, second = Database({}), Database({})
    for id_ in (new_id(1), new_id(600), uuid7()):
        await sharded(home, second).ask("PUT", f"/api/messages/{id_}", {}, "token")
    assert (len(home.asked), len(second.asked)) == (2, 1)


def page(*versions: int, more: bool = False) -> dict[str, Any]:
    return {"drafts": [{"version": each} for each in versions], "hasMore": more}


@pytest.mark.parametrize(
    ("limit", "pages", "versions", "more"),
    [
        ("3", (page(9, 5), page(8, 1)), [9, 8, 5], True),
        ("4", (page(9, 5), page(8, 1)), [9, 8, 5, 1], False),
        ("2", (page(9, 5, more=True), page()), [9, 5], True),
        ("", (page(), page()), [], False),
    ],
)
def test_a_page_of_several_lists_is_the_first_of_all(limit: str, pages: Any, versions: list[int], more: bool) -> None:
    told = merging.drafts(pages, {"limit": limit})
    assert ([int(each["version"]) for each in told["drafts"]], told["hasMore"]) == (versions, more)


def test_reminders_of_several_databases_are_a_page_of_the_soonest() -> None:
    def due(*ids: int) -> dict[str, Any]:
        return {"reminders": [{"id": str(id_), "remindAt": f"{id_:03}"} for id_ in ids], "hasMore": False}

    told = merging.reminders([due(*range(0, 80, 2)), due(*range(1, 81, 2))], {})
    assert [int(each["id"]) for each in told["reminders"]] == list(range(50))
    assert told["hasMore"]


def test_totals_are_sums_and_who_is_known_in_both_is_told_once() -> None:
    def unread(*channels: str) -> dict[str, Any]:
        return {
            "channels": [{"channelId": each} for each in channels],
            "totals": {"unread": len(channels), "mentions": 1},
        }

    assert merging.unread([unread("a"), unread("b", "c")], {})["totals"] == {"unread": 3, "mentions": 2}
    known = [{"id": name, "userId": name, "name": name.upper()} for name in "abc"]
    told = merging.members([{"members": known[:2], "total": 2}, {"members": known[1:], "total": 2}], {})
    assert ([each["id"] for each in told["members"]], told["total"]) == (["a", "b", "c"], 3)


def listed(*names: str, more: bool = False) -> dict[str, Any]:
    return {"channels": [{"id": name, "name": name} for name in names], "nextCursor": "x" if more else None}


@pytest.mark.parametrize(
    ("limit", "pages", "names", "cursor"),
    [
        ("", (listed("a", "c"), listed("b")), "abc", None),
        ("2", (listed("a", "c"), listed("b")), "ab", "b/b"),
        ("3", (listed("a", "c"), listed("b")), "abc", None),
        ("2", (listed("a", "c", more=True), listed()), "ac", "c/c"),
        ("2", (listed(), listed()), "", None),
    ],
)
def test_a_page_of_channels_says_where_the_next_begins(limit: str, pages: Any, names: str, cursor: str | None) -> None:
    told = merging.channels(pages, {"limit": limit})
    assert ("".join(each["name"] for each in told["channels"]), told["nextCursor"]) == (names, cursor)
