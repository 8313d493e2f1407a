"""What changed while a client was away reaches it, however it changed."""

from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from messaging.catching_up import MOST_MISSED, MOST_REVISIONS
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import SECRET, Office, Sender, a_send


@pytest_asyncio.fixture
async def said(office: Office, send: Sender) -> list[Any]:
    """Eight messages in the channel."""
    return [r["message"] for r in await send([a_send(office.owner, office.channel_id, f"m{n}") for n in range(8)])]


async def sync(office: Office, seq: int, revision: int | None) -> Any:
    held: dict[str, Any] = {"channels": {office.channel_id: seq}}
    if revision is not None:
        held["revisions"] = {office.channel_id: revision}
    headers = {"Authorization": f"Internal {SECRET}"}
    url = f"{office.owner.url}/internal/users/{office.member.user_id}/sync"
    async with office.owner.http.post(url, json=held, headers=headers) as answer:
        told = await answer.json()
        assert answer.status == 200, told
        return told["channels"][office.channel_id]


async def change_everything(office: Office, said: list[Any]) -> None:
    """An edit, a pin, a reaction that comes and one that went, a reply, a reply that went, and a deletion."""
    paths = [f"/api/messages/{message['id']}" for message in said]
    await office.owner.put(paths[0], {"content": "edited"})
    await office.owner.post(f"{paths[1]}/pin")
    await office.member.put(f"{paths[2]}/reactions/👍", None)
    await office.member.put(f"{paths[3]}/reactions/👍", None)
    await office.member.delete(f"{paths[3]}/reactions/👍")
    await office.say(office.member, "a reply", parentMessageId=said[4]["id"])
    reply = await office.say(office.member, "a reply", parentMessageId=said[5]["id"])
    await office.member.delete(f"/api/messages/{reply['id']}")
    await office.owner.delete(paths[6])


async def test_every_kind_of_change_is_brought(office: Office, said: list[Any]) -> None:
    before = await sync(office, 8, 0)
    assert (before["messages"], before["changed"], before["lastRevision"]) == ([], [], 0)
    await change_everything(office, said)
    told = await sync(office, 8, 0)
    now = (await office.history(office.member))["messages"]
    assert sorted(told["changed"], key=lambda message: int(message["seq"])) == now[:7]
    assert [message["seq"] for message in told["messages"]] == [9, 10]
    assert told["lastRevision"] == max(message["revision"] for message in now) == 10
    assert now[7]["revision"] == 0
    again = await sync(office, 10, told["lastRevision"])
    assert (again["messages"], again["changed"]) == ([], [])


async def test_only_later_changes_are_brought(office: Office, said: list[Any]) -> None:
    await change_everything(office, said)
    told = await sync(office, 10, 5)
    assert [message["revision"] for message in told["changed"]] == [6, 8, 9, 10]


async def test_who_does_not_ask_for_changes_gets_none(office: Office, said: list[Any]) -> None:
    await change_everything(office, said)
    told = await sync(office, 10, None)
    assert (told["changed"], told["lastRevision"]) == ([], 10)


async def test_each_change_is_announced_with_the_next_revision(
    office: Office, said: list[Any], pool: asyncpg.Pool
) -> None:
    await change_everything(office, said)
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    revisions = [_revision(ChannelEvent.FromString(row["value"])) for row in rows]
    # A reply's deletion is told before what it does to its thread, and is the later of the two.
    assert [revision for revision in revisions if revision] == [1, 2, 3, 4, 5, 6, 7, 9, 8, 10]


def _revision(event: ChannelEvent) -> int:
    payload = event.WhichOneof("payload")
    told = getattr(event, payload) if payload else None
    return getattr(told, "revision", 0) or getattr(getattr(told, "message", None), "revision", 0)


async def test_what_changes_nothing_is_no_revision(office: Office, said: list[Any]) -> None:
    path = f"/api/messages/{said[0]['id']}"
    for _ in range(2):
        await office.owner.post(f"{path}/pin")
        await office.owner.put(f"{path}/reactions/👍", None)
    await office.owner.delete(f"{path}/reactions/🎉")
    assert (await sync(office, 8, 0))["lastRevision"] == 2


async def test_a_client_ahead_of_us_or_too_far_behind_must_load_anew(
    office: Office, said: list[Any], pool: asyncpg.Pool
) -> None:
    assert (await sync(office, 8, 1))["reset"]
    await pool.execute(
        "INSERT INTO messages (id, channel_id, user_id, content, created_at, updated_at, seq, revision)"
        " SELECT gen_random_uuid(), $1, $2, '', now(), now(), n, n FROM generate_series(9, $3) n",
        office.channel_id, office.owner.user_id, MOST_MISSED + 9,
    )  # fmt: skip
    last = MOST_MISSED + 9
    await pool.execute("UPDATE channels SET last_seq = $2, last_revision = $2 WHERE id = $1", office.channel_id, last)
    assert (await sync(office, last, 0))["reset"]
    assert len((await sync(office, last, last - 700))["changed"]) == 700
    await pool.execute("UPDATE channels SET last_revision = $2 WHERE id = $1", office.channel_id, MOST_REVISIONS + 1)
    assert (await sync(office, last, 0))["reset"]
    assert not (await sync(office, last, MOST_REVISIONS))["changed"]


async def test_changes_are_bounded_by_their_size(office: Office, send: Sender) -> None:
    results = await send([a_send(office.owner, office.channel_id, "x" * 40_000) for _ in range(12)])
    for result in results:
        await office.owner.post(f"/api/messages/{result['message']['id']}/pin")
    assert (await sync(office, 12, 0))["reset"]
    assert len((await sync(office, 12, 5))["changed"]) == 7


async def test_pages_lists_and_digests_say_up_to_which_revision_they_are(office: Office, said: list[Any]) -> None:
    await change_everything(office, said)
    assert (await office.history(office.owner))["lastRevision"] == 10
    _, listed = await office.owner.get(f"/api/workspaces/{office.workspace_id}/channels")
    assert {channel["id"]: channel["lastRevision"] for channel in listed["channels"]} == {
        office.channel_id: 10, office.general_id: 0,
    }  # fmt: skip
    _, digest = await office.owner.get("/api/sync/digest")
    assert digest["channels"][office.channel_id]["lastRevision"] == 10


@pytest.mark.parametrize("wrong", [{"x": -1}, {"x": "1"}, [], 7])
async def test_wrong_revisions_are_refused(office: Office, wrong: Any) -> None:
    headers = {"Authorization": f"Internal {SECRET}"}
    url = f"{office.owner.url}/internal/users/{office.member.user_id}/sync"
    async with office.owner.http.post(url, json={"channels": {}, "revisions": wrong}, headers=headers) as answer:
        assert answer.status == 422
