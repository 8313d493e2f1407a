"""An import takes one way from its first piece to its report, whatever is killed or called off in between."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.limits import Busy
from chassis.confined.runner import Runner
from messaging.sharding.databases import Databases
from messaging.transfers import closing, jobs, people, staging, storing, uploads, worker
from office import Office
from slack_export import channel, files_of, said, user, zipped
from transfer_runs import FAST, channel_called, imported, previewed, put_piece, uploaded, work, working


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with working() as started:
        yield started


def a_long_export(office: Office, messages: int = 1_200) -> bytes:
    users = [user("U1", "Mina", office.member.email), user("U2", "Uli")]
    days: dict[str, Any] = {}
    for number in range(messages):
        days.setdefault(f"ideas/2020-09-{13 + number // 400}", []).append(
            said(number, f"U{number % 2 + 1}", f"{number}")
        )
    return zipped(files_of(users, [channel("C1", "ideas", "U1", "U2")], days))


async def test_one_is_under_way_at_a_time_and_comes_in_order(office: Office) -> None:
    base = f"/api/workspaces/{office.workspace_id}/imports"
    begun = await office.owner.made(base, {"name": "a.zip", "size": 10})
    path = f"{base}/{begun['id']}"
    status, told = await office.owner.post(base, {"name": "b.zip", "size": 10})
    assert (status, told["type"]) == (409, "import_under_way")
    assert (await put_piece(office.owner, path, 0, b"12345"))[0] == 200
    for offset, data in ((0, b"12345"), (6, b"1234"), (5, b""), (5, b"123456")):
        status, told = await put_piece(office.owner, path, offset, data)
        assert (status, told["type"], told["received"]) == (409, "wrong_offset", 5)
    status, told = await put_piece(office.owner, path, 5, b"x" * 900_001)
    assert (status, told["type"]) == (413, "too_large")
    status, told = await office.owner.post(f"{path}/confirm", {})
    assert (status, told["type"], told["state"]) == (409, "wrong_state", "uploading")
    assert (await office.owner.delete(path))[0] == 204
    assert (await office.owner.post(base, {"name": "b.zip", "size": 10}))[0] == 201


@pytest.mark.parametrize("size", [0, -1, 4 * 1024**3 + 1])
async def test_a_file_has_a_size_that_can_be(office: Office, size: int) -> None:
    status, told = await office.owner.post(
        f"/api/workspaces/{office.workspace_id}/imports", {"name": "a.zip", "size": size}
    )
    assert (status, told["type"]) == (422, "invalid_request")


async def test_what_is_chosen_is_done(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    users = [user("U1", "Mina"), user("U2", "Uli")]
    channels = [
        channel("C1", "plans", "U1", is_private=True),
        channel("C2", "noise", "U1"),
        channel("C3", "news", "U1"),
    ]
    days = {name: [said(number, "U1", name)] for number, name in enumerate(
        ("plans/2020-09-13", "noise/2020-09-13", "news/2020-09-13"))}  # fmt: skip
    path, _ = await previewed(office.owner, office.workspace_id, zipped(files_of(users, channels, days)), pool, runner)
    merge = {"action": "merge", "channelId": office.general_id}
    for choices, reason in (
        ({"channels": {"C1": merge}}, (409, "would_be_public")),
        ({"channels": {"C2": {"action": "new", "name": "plans"}}}, (409, "channel_name_taken")),
        ({"channels": {"C9": {"action": "skip"}}}, (404, "not_found")),
        ({"people": {"U1": str(office.stranger.user_id)}}, (404, "not_found")),
        ({"keepForever": "yes"}, (422, "invalid_request")),
    ):
        status, told = await office.owner.post(f"{path}/confirm", choices)
        assert (status, told["type"]) == reason
    await office.say(office.owner, "said before")
    chosen = {
        "people": {"U1": str(office.member.user_id)},
        "channels": {"C1": {"action": "merge", "channelId": office.channel_id}, "C2": {"action": "skip"},
                     "C3": {"action": "new", "name": "old news"}},
        "keepForever": True,
    }  # fmt: skip
    await office.owner.made(f"{path}/confirm", chosen)
    await work(pool, runner)
    _, told = await office.owner.get(path)
    assert told["report"]["skipped"] == {"channel_not_wanted": 1}
    _, history = await office.member.get(f"/api/channels/{office.channel_id}/messages")
    (before, merged) = sorted(history["messages"], key=lambda message: message["seq"])
    assert (before["content"], merged["content"]) == ("said before", "plans/2020-09-13")
    assert (merged["userId"], merged["createdAt"][:4]) == (str(office.member.user_id), "2020")
    assert (await channel_called(office, "old news"))["lastSeq"] == 1
    _, workspace = await office.owner.get(f"/api/workspaces/{office.workspace_id}")
    assert workspace["retentionDays"] == 0


class Killed(BaseException):
    """The process is gone."""


STEPS: dict[str, tuple[Any, str, int]] = {
    "among people": (people, "settle", 1),
    "in the first messages": (storing, "store", 1),
    "in later messages": (storing, "store", 3),
    "before the channel is shown": (closing, "close", 1),
    "at its end": (jobs, "end", 1),
}


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "once it is kept"])
@pytest.mark.parametrize("step", STEPS)
async def test_whoever_is_killed_is_followed_by_another_and_nothing_is_lost_or_doubled(
    step: str, after: bool, office: Office, pool: asyncpg.Pool, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = await previewed(office.owner, office.workspace_id, a_long_export(office), pool, runner)
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    with monkeypatch.context() as patch:
        _kill_in(patch, step, after)
        with pytest.raises(Killed):
            await work(pool, runner)
    assert (await office.owner.get(path))[1]["state"] == "running"
    await pool.execute("UPDATE transfers SET due_at = now()")  # as if its lease had run out
    await work(pool, runner)
    _, told = await office.owner.get(path)
    assert (told["state"], told["progress"], told["report"]["messagesNew"]) == ("done", 1_200, 1_200)
    ideas = await channel_called(office, "ideas")
    rows = await pool.fetch("SELECT seq, content FROM messages WHERE channel_id = $1 ORDER BY seq", ideas["id"])
    assert [(row["seq"], row["content"]) for row in rows] == [(number + 1, f"{number}") for number in range(1_200)]
    assert await pool.fetchval("SELECT message_count FROM channels WHERE id = $1", ideas["id"]) == 1_200
    members = await pool.fetch("SELECT user_id, last_read_seq FROM channel_members WHERE channel_id = $1", ideas["id"])
    assert [tuple(row) for row in members] == [(office.member.user_id, 1_200)]


def _kill_in(patch: pytest.MonkeyPatch, step: str, after: bool) -> None:
    """At the nth time of a step: with its transaction open or, `after`, as soon as the next one begins."""
    module, name, nth = STEPS[step]
    inner: Callable[..., Any] = getattr(module, name)
    times = 0

    async def dying(*given: Any, **named: Any) -> Any:
        nonlocal times
        times += 1
        if times == nth and not after:
            await inner(*given, **named)
            raise Killed
        if times > nth or (after and times == nth and name in ("close", "end")):
            raise Killed
        return await inner(*given, **named)

    patch.setattr(module, name, dying)


async def test_whoever_is_killed_while_reading_is_followed_by_another(
    office: Office, pool: asyncpg.Pool, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await uploaded(office.owner, office.workspace_id, a_long_export(office))
    kept = staging.keep

    async def dying(*given: Any) -> None:
        await kept(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(staging, "keep", dying)
        with pytest.raises(Killed):
            await work(pool, runner)
    assert await pool.fetchval("SELECT count(*) FROM transfer_records") == 0
    await pool.execute("UPDATE transfers SET due_at = now()")
    await work(pool, runner)
    _, told = await office.owner.get(f"{path}/preview")
    assert (told["totals"]["messages"], told["skipped"]) == (1_200, [])


async def test_what_is_not_finished_or_fetched_in_time_goes(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    path, _ = await previewed(office.owner, office.workspace_id, a_long_export(office, 10), pool, runner)
    base = f"/api/workspaces/{office.workspace_id}/exports"
    export = await office.owner.made(base, {})
    await work(pool, runner)
    assert await pool.fetchval("SELECT count(DISTINCT transfer_id) FROM transfer_pieces") == 2
    await pool.execute("UPDATE transfers SET expires_at = now()")
    await jobs.expire(pool)
    assert await pool.fetchval("SELECT count(*) FROM transfer_pieces") == 0
    assert await pool.fetchval("SELECT count(*) FROM transfer_records") == 0
    assert (await office.owner.get(path))[1]["state"] == "cancelled"
    status, told = await office.owner.get(f"{base}/{export['id']}/content")
    assert (status, told["type"]) == (410, "gone")


async def test_a_placeholder_is_a_name_and_can_do_nothing(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    await imported(office.owner, office.workspace_id, a_long_export(office, 4), pool, runner, keepForever=True)
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/members", status="inactive")
    (uli,) = told["members"]
    assert (uli["name"], uli["status"]) == ("Uli", "inactive")
    workspace = f"/api/workspaces/{office.workspace_id}"
    for path, body in (
        (f"{workspace}/direct", {"userIds": [uli["userId"]]}),
        (f"/api/channels/{office.channel_id}/members", {"userIds": [uli["userId"]]}),
    ):
        status, refused = await office.owner.post(path, body)
        assert (status, refused["type"]) == (404, "not_found")
    events = await pool.fetch("SELECT key FROM outbox WHERE topic = 'messaging.workspace_members'")
    assert not any(uli["userId"].encode() in event["key"] for event in events)


async def test_two_processes_never_work_on_the_same_import(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    path, _ = await previewed(office.owner, office.workspace_id, a_long_export(office, 10), pool, runner)
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    first = await jobs.take(pool)
    assert first is not None
    assert await jobs.take(pool) is None
    await pool.execute("UPDATE transfers SET due_at = now()")
    assert await jobs.take(pool) is not None
    async with pool.acquire() as db, db.transaction():
        with pytest.raises(jobs.Lost):
            await jobs.go_on(db, first)


async def test_called_off_it_stops_between_two_steps_and_can_be_done_to_its_end_later(
    office: Office, pool: asyncpg.Pool, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = await previewed(office.owner, office.workspace_id, a_long_export(office), pool, runner)
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    stored = storing.store

    async def called_off(*given: Any) -> Any:
        await pool.execute("UPDATE transfers SET is_cancelled = TRUE")
        return await stored(*given)

    with monkeypatch.context() as patch:
        patch.setattr(storing, "store", called_off)
        await work(pool, runner)
    _, told = await office.owner.get(path)
    assert (told["state"], told["report"]["messagesNew"]) == ("cancelled", storing.AT_ONCE)
    assert (await channel_called(office, "ideas"))["lastSeq"] == storing.AT_ONCE
    assert await pool.fetchval("SELECT count(*) FROM transfer_records") == 0
    rest = await imported(office.owner, office.workspace_id, a_long_export(office), pool, runner)
    assert rest["report"]["messagesNew"] == 1_200 - storing.AT_ONCE
    assert rest["report"]["messagesBefore"] == storing.AT_ONCE


async def test_what_fails_again_and_again_ends_with_a_reason(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    path = await uploaded(office.owner, office.workspace_id, a_long_export(office, 10))
    await pool.execute("UPDATE transfers SET attempts = $1", jobs.ATTEMPTS)
    await worker.work_on_next(Databases(pool), runner, FAST)
    _, told = await office.owner.get(path)
    assert (told["state"], told["failure"]) == ("failed", worker.BROKEN)


@pytest.mark.parametrize(("passing", "attempts"), [(Busy("full"), 0), (ConnectionResetError(), 1)])
async def test_what_passes_puts_it_off_for_a_moment_and_not_for_a_lease(
    office: Office,
    pool: asyncpg.Pool,
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
    passing: Exception,
    attempts: int,
) -> None:
    path = await uploaded(office.owner, office.workspace_id, a_long_export(office, 10))

    async def refuse(*_: object) -> None:
        raise passing

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "read", refuse)
        with pytest.raises(type(passing)):
            await worker.work_on_next(Databases(pool), runner, FAST)
    waiting = await pool.fetchrow("SELECT attempts, due_at < now() + interval '3 seconds' AS is_soon FROM transfers")
    assert dict(waiting or {}) == {"attempts": attempts, "is_soon": True}
    await pool.execute("UPDATE transfers SET due_at = now()")
    await work(pool, runner)
    assert (await office.owner.get(path))[1]["state"] == "waiting"


async def test_an_import_is_in_the_audit(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    await imported(office.owner, office.workspace_id, a_long_export(office, 3), pool, runner)
    _, audit = await office.owner.get(f"/api/workspaces/{office.workspace_id}/audit")
    actions = [entry["action"] for entry in audit["entries"]]
    assert [action for action in actions if action.startswith("import.")] == [
        "import.ended", "import.confirmed", "import.begun"
    ]  # fmt: skip
