"""The answers of several databases made one: for each list by what it is sorted, and how much of it one answer has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Told: TypeAlias = dict[str, Any]
Key: TypeAlias = Callable[[Told], Any]
Merge: TypeAlias = Callable[[Sequence[Told], Mapping[str, str]], Told]


@dataclass(frozen=True, slots=True)
class Sorted:
    """A list under `name`, from each its first part; what is in several answers under one `identity` is told once.

    `size` is how much an answer has unless `limit` is asked for; None: all there is.
    """

    name: str
    key: Key
    newest_first: bool = False
    size: int | None = None
    identity: str = "id"

    def __call__(self, answers: Sequence[Told], query: Mapping[str, str]) -> Told:
        found = {each.get(self.identity, id(each)): each for told in answers for each in told[self.name]}
        merged = sorted(found.values(), key=self.key, reverse=self.newest_first)
        size = _size(query, self.size)
        told = {**answers[0], self.name: merged[:size]}
        if "hasMore" in told:
            told["hasMore"] = len(merged) > (size or len(merged)) or any(each["hasMore"] for each in answers)
        if "total" in told:
            told["total"] = max(len(merged), *(each["total"] for each in answers))
        return told


def _size(query: Mapping[str, str], usual: int | None) -> int | None:
    """What was asked for is right: none of those who answered refused it."""
    asked = query.get("limit", "")
    return int(asked) if asked.isdecimal() else usual


def unread(answers: Sequence[Told], _: Mapping[str, str]) -> Told:
    totals = {name: sum(each["totals"][name] for each in answers) for name in ("unread", "mentions")}
    return {"channels": [channel for each in answers for channel in each["channels"]], "totals": totals}


def digest(answers: Sequence[Told], _: Mapping[str, str]) -> Told:
    """Each knows of its own channels alone."""
    return {"channels": {id_: channel for each in answers for id_, channel in each["channels"].items()}}


_channels = Sorted("channels", lambda each: (each["name"], each["id"]))


def channels(answers: Sequence[Told], query: Mapping[str, str]) -> Told:
    """As in each of them a page ends where the next begins."""
    told = _channels(answers, query)
    listed, found = told["channels"], sum(len(each["channels"]) for each in answers)
    is_all = len(listed) == found and not any(each["nextCursor"] for each in answers)
    return {**told, "nextCursor": None if is_all else f"{listed[-1]['name']}/{listed[-1]['id']}"}


# Of a guest each knows those with whom they share a channel there.
members = Sorted("members", lambda each: (each["name"].lower(), each["userId"]), size=1_000)
holds = Sorted("holds", lambda each: each["id"], newest_first=True)
reports = Sorted("reports", lambda each: each["id"], newest_first=True, size=50)
threads = Sorted(
    "threads", lambda each: (each["root"]["lastReplyAt"] or "", each["root"]["id"]), newest_first=True, size=100,
    identity="",
)  # fmt: skip
drafts = Sorted("drafts", lambda each: int(each["version"]), newest_first=True, size=50, identity="version")
scheduled = Sorted("scheduled", lambda each: (each["sendAt"], each["id"]))
reminders = Sorted("reminders", lambda each: (each["remindAt"], each["id"]), size=50)
saved = Sorted("saved", lambda each: each["place"], newest_first=True, size=50, identity="messageId")
