"""People who do everything at random, all at once, and what each of them should have read by that."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg
from messaging.retention import purging
from messaging.retention import reports as retention_reports
from office import SECRET, Asker

HISTORY = """
    SELECT channel_id::text, seq, user_id::text, id::text, coalesce(k.content->>'content', m.content) AS content,
        is_deleted, parent_message_id, also_to_channel
    FROM messages m LEFT JOIN kept_contents k ON k.message_id = m.id AND k.reason = 'hidden' ORDER BY seq
"""
# What was said first becomes too old to keep, of each channel some more; the newest stay.
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
AGE = """
    UPDATE messages m SET created_at = now() - interval '400 days' FROM channels c
    WHERE c.id = $1 AND m.channel_id = c.id AND m.seq < least(c.retained_from + 25, c.last_seq - 40)
"""
CAP = 1_000
KEY = retention_reports.key_of(SECRET)


@dataclass(slots=True)
class Talk:
    """A channel as the test knows it."""

    id: str
    members: set[str]
    is_open: bool
    messages: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """One person, with their own randomness, and how far they should have read each channel and thread."""

    asker: Asker
    random: Random
    # Looks after the workspace: hides, deletes what others said, and lets retention run.
    is_moderator: bool = False
    markers: dict[str, int] = field(default_factory=dict)
    thread_markers: dict[str, int] = field(default_factory=dict)
    hears: dict[str, str] = field(default_factory=dict)
    # To be done at some moment while things happen.
    errands: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.asker.user_id)


class Hubbub:
    """Some people in some channels. `stir` lets them do things; `recount` says what is unread by the whole history."""

    def __init__(self, pool: asyncpg.Pool, members: list[Member], talks: list[Talk], seed: int) -> None:
        self.pool, self.members, self.talks, self.random = pool, members, talks, Random(seed)
        self.by_id = {talk.id: talk for talk in talks}
        self.history: dict[str, list[asyncpg.Record]] = {}
        self.done = 0
        for talk in talks:
            for member in members:
                if member.id in talk.members:
                    member.markers[talk.id] = 0

    async def stir(self, operations: int) -> None:
        """Everyone at once, each one thing after the other."""
        share = operations // len(self.members)
        await asyncio.gather(*(self._act(member, share) for member in self.members))
        self.history = {talk.id: [] for talk in self.talks}
        for row in await self.pool.fetch(HISTORY):
            self.history[row["channel_id"]].append(row)

    async def come_and_go(self) -> None:
        """Some join or leave an open channel: alone, so that it is known where they come in."""
        for talk in self.talks:
            if talk.is_open:
                member = self.random.choice(self.members)
                move = "leave" if member.id in talk.members else "join"
                await member.asker.made(f"/api/channels/{talk.id}/{move}")
                self.done += 1
                if move == "join":
                    talk.members.add(member.id)
                    member.markers[talk.id] = len(self.history.get(talk.id, ()))
                else:
                    talk.members.remove(member.id)
                    del member.markers[talk.id]
                    member.hears.pop(talk.id, None)

    def recount(self, member: Member) -> dict[str, tuple[int, int]]:
        """Unread messages and mentions of each channel, counted one by one."""
        return {
            talk.id: (min(CAP, len(behind)), min(CAP, sum(mentions(row, member.id) for row in behind)))
            for talk in self.talks
            if member.id in talk.members
            for behind in [self.behind(member, talk.id)]
        }

    def behind(self, member: Member, channel_id: str) -> list[asyncpg.Record]:
        """Each message that is unread."""
        return [
            row
            for row in self.history.get(channel_id, [])[member.markers[channel_id] :]
            if row["user_id"] != member.id
            and not row["is_deleted"]
            and (row["parent_message_id"] is None or row["also_to_channel"])
        ]

    def recount_thread(self, member: Member, root: Any) -> tuple[int, int]:
        """Unread replies and mentions of a thread, counted one by one."""
        behind = [
            row
            for row in self.history[root["channelId"]][member.thread_markers.get(root["id"], 0) :]
            if str(row["parent_message_id"]) == root["id"] and row["user_id"] != member.id and not row["is_deleted"]
        ]
        return len(behind), sum(mentions(row, member.id) for row in behind)

    async def _act(self, member: Member, times: int) -> None:
        errand_at = member.random.randrange(times)
        for number in range(times):
            while number == errand_at and member.errands:
                await member.errands.pop()()
            talk = member.random.choice([talk for talk in self.talks if member.id in talk.members])
            acts = {**ACTS, **MODERATION} if member.is_moderator else ACTS
            (act,) = member.random.choices(list(acts), list(acts.values()))
            await act(self, member, talk)
            self.done += 1


def mentions(row: asyncpg.Record, user_id: str) -> bool:
    return "<!channel>" in row["content"] or f"<@{user_id}>" in row["content"]


def _text(hubbub: Hubbub, member: Member, talk: Talk) -> str:
    people = sorted(talk.members) if not talk.is_open else [other.id for other in hubbub.members]
    dice = member.random.random()
    if dice < 0.2:
        return f"hello <@{member.random.choice(people)}>"
    return "hello <!channel>" if dice < 0.27 else "hello"


async def _post(hubbub: Hubbub, member: Member, talk: Talk) -> None:
    body: dict[str, Any] = {"content": _text(hubbub, member, talk)}
    recent = talk.messages[-20:]
    if recent and member.random.random() < 0.25:
        body["parentMessageId"] = member.random.choice(recent)["id"]
        body["alsoToChannel"] = member.random.random() < 0.3
    status, told = await member.asker.post(f"/api/channels/{talk.id}/messages", body)
    assert status in (201, 404), told  # 404: what it would answer is a reply itself, or was deleted
    if status == 201:
        talk.messages.append(told)


async def _edit(hubbub: Hubbub, member: Member, talk: Talk) -> None:
    if message := _own(member, talk):
        body = {"content": _text(hubbub, member, talk)}
        status, told = await member.asker.put(f"/api/messages/{message['id']}", body)
        assert status in (200, 403, 404), told  # 403: a moderator has hidden it


async def _delete(_: Hubbub, member: Member, talk: Talk) -> None:
    if message := _own(member, talk):
        status, told = await member.asker.delete(f"/api/messages/{message['id']}")
        assert status in (204, 404), told


async def _read(_: Hubbub, member: Member, talk: Talk) -> None:
    """Often to the end, sometimes only somewhere, also where it has been read already."""
    last = max((message["seq"] for message in talk.messages[-50:]), default=0)
    seq = last if member.random.random() < 0.5 else member.random.randint(max(0, last - 60), last)
    status, told = await member.asker.put(f"/api/channels/{talk.id}/read", {"seq": seq})
    assert status == 200, told
    member.markers[talk.id] = max(member.markers[talk.id], seq)
    assert told["lastReadSeq"] == member.markers[talk.id]


async def _mark_unread(_: Hubbub, member: Member, talk: Talk) -> None:
    if talk.messages:
        message = member.random.choice(talk.messages[-60:])
        status, told = await member.asker.post(f"/api/messages/{message['id']}/unread")
        assert status in (200, 404), told
        if status == 200 and message["parentMessageId"] and not message["alsoToChannel"]:
            thread_id = message["parentMessageId"]
            member.thread_markers[thread_id] = min(member.thread_markers.get(thread_id, 0), message["seq"] - 1)
            assert (told["threadId"], told["lastReadSeq"]) == (thread_id, member.thread_markers[thread_id])
        elif status == 200:
            member.markers[talk.id] = min(member.markers[talk.id], message["seq"] - 1)
            assert told["lastReadSeq"] == member.markers[talk.id]


async def _read_thread(_: Hubbub, member: Member, talk: Talk) -> None:
    replies = [message for message in talk.messages[-60:] if message["parentMessageId"]]
    if replies:
        reply = member.random.choice(replies)
        status, told = await member.asker.put(f"/api/messages/{reply['id']}/thread/read", {"seq": reply["seq"]})
        assert status == 200, told
        thread_id = reply["parentMessageId"]
        member.thread_markers[thread_id] = max(member.thread_markers.get(thread_id, 0), reply["seq"])
        assert (told["threadId"], told["lastReadSeq"]) == (thread_id, member.thread_markers[thread_id])


async def _choose(_: Hubbub, member: Member, talk: Talk) -> None:
    level = member.random.choice(["all", "all", "mentions", "nothing"])
    status, told = await member.asker.put(f"/api/channels/{talk.id}/notifications", {"level": level})
    assert status == 200, told
    member.hears[talk.id] = level


async def _react(_: Hubbub, member: Member, talk: Talk) -> None:
    if talk.messages:
        message = member.random.choice(talk.messages[-60:])
        status, told = await member.asker.put(f"/api/messages/{message['id']}/reactions/+1", None)
        assert status in (204, 404), told


async def _delete_others(_: Hubbub, member: Member, talk: Talk) -> None:
    if talk.messages:
        message = member.random.choice(talk.messages[-80:])
        status, told = await member.asker.delete(f"/api/messages/{message['id']}")
        assert status in (204, 404), told


async def _hide(_: Hubbub, member: Member, talk: Talk) -> None:
    """Or show what was hidden; most of what is shown was not."""
    if talk.messages:
        message = member.random.choice(talk.messages[-30:])
        method = member.random.choice(["PUT", "PUT", "DELETE"])
        status, told = await member.asker.ask(method, f"/api/messages/{message['id']}/hidden")
        assert status in (204, 404), told


async def _purge(hubbub: Hubbub, _: Member, talk: Talk) -> None:
    async with hubbub.pool.acquire() as db, db.transaction():
        await db.execute(LOCK, talk.id)
        await db.execute(AGE, talk.id)
    await purging.sweep(hubbub.pool, KEY)


def _own(member: Member, talk: Talk) -> Any:
    own = [message for message in talk.messages[-80:] if message["userId"] == member.id]
    return member.random.choice(own) if own else None


Act = Callable[[Hubbub, Member, Talk], Awaitable[None]]
ACTS: dict[Act, int] = {
    _post: 42,
    _edit: 8,
    _delete: 8,
    _read: 25,
    _mark_unread: 6,
    _read_thread: 5,
    _choose: 3,
    _react: 3,
}
MODERATION: dict[Act, int] = {_delete_others: 6, _hide: 8, _purge: 2}
