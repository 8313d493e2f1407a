"""Pages of a channel, and what a client missed."""

import hashlib
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from office import SECRET, Office, Sender, a_send

UNKNOWN = "0190a000-0000-7000-8000-000000000000"


@pytest_asyncio.fixture
async def said(office: Office, send: Sender) -> list[Any]:
    """Twelve messages in the channel."""
    return [r["message"] for r in await send([a_send(office.owner, office.channel_id, f"m{n}") for n in range(12)])]


async def test_pages_go_back_and_forth_by_id(office: Office, said: list[Any]) -> None:
    newest = await office.history(office.owner, limit=5)
    assert (newest["messages"], newest["hasMore"], newest["total"]) == (said[7:], True, 12)
    older = await office.history(office.owner, limit=5, before=newest["messages"][0]["id"])
    assert (older["messages"], older["hasMore"]) == (said[2:7], True)
    oldest = await office.history(office.owner, limit=5, before=older["messages"][0]["id"])
    assert (oldest["messages"], oldest["hasMore"]) == (said[:2], False)
    newer = await office.history(office.owner, limit=3, after=said[4]["id"])
    assert (newer["messages"], newer["hasMore"]) == (said[5:8], True)
    between = await office.history(office.owner, after=said[2]["id"], before=said[6]["id"])
    assert between["messages"] == said[3:6]


async def test_search_finds_text_as_it_was_typed(office: Office) -> None:
    for text in ("100% sure", "100 percent", "under_score", "underXscore", "back\\slash"):
        await office.say(office.owner, text)
    for search, found in (("100%", "100% sure"), ("R_S", "under_score"), ("k\\s", "back\\slash")):
        told = await office.history(office.owner, search=search)
        assert ([m["content"] for m in told["messages"]], told["total"]) == ([found], 1)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": "12"}, {"search": ""}, {"search": "x" * 201}]
)
async def test_a_wrong_page_is_refused(office: Office, query: dict[str, Any]) -> None:
    status, told = await office.owner.get(f"/api/channels/{office.channel_id}/messages", **query)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_a_page_at_another_channels_message_is_refused(office: Office, said: list[Any]) -> None:
    for path, before in ((office.general_id, said[0]["id"]), (office.channel_id, UNKNOWN)):
        status, told = await office.owner.get(f"/api/channels/{path}/messages", before=before)
        assert (status, told["type"]) == (404, "not_found")


async def test_a_deleted_message_leaves_a_tombstone(office: Office, said: list[Any]) -> None:
    assert await office.owner.delete(f"/api/messages/{said[3]['id']}") == (204, None)
    told = await office.history(office.member)
    tombstone = told["messages"][3]
    assert (tombstone["content"], tombstone["isDeleted"], tombstone["seq"]) == ("", True, 4)
    assert told["total"] == 11
    assert (await office.history(office.owner, search="m3"))["messages"] == []
    assert (await office.owner.delete(f"/api/messages/{said[3]['id']}"))[0] == 404


async def sync(office: Office, user_id: object, held: dict[str, int]) -> dict[str, Any]:
    headers = {"Authorization": f"Internal {SECRET}"}
    url = f"{office.owner.url}/internal/users/{user_id}/sync"
    async with office.owner.http.post(url, json={"channels": held}, headers=headers) as answer:
        told = await answer.json()
        assert answer.status == 200, told
        channels: dict[str, Any] = told["channels"]
        return channels


async def test_a_client_gets_what_it_missed_in_order(office: Office, said: list[Any]) -> None:
    told = await sync(office, office.member.user_id, {office.channel_id: 9})
    assert told[office.channel_id]["messages"] == said[9:]
    assert told[office.channel_id]["lastSeq"] == 12
    assert told[office.general_id]["isNew"]
    nothing = await sync(office, office.member.user_id, {office.channel_id: 12})
    assert nothing[office.channel_id]["messages"] == []


async def test_a_client_that_cannot_catch_up_is_told_to_load_anew(
    office: Office, said: list[Any], pool: asyncpg.Pool
) -> None:
    ahead = await sync(office, office.member.user_id, {office.channel_id: 13})
    assert ahead[office.channel_id]["reset"]
    foreign = await sync(office, office.stranger.user_id, {office.channel_id: 1, UNKNOWN: 1, "no id": 3})
    assert foreign == {office.channel_id: {"reset": True}, UNKNOWN: {"reset": True}, "no id": {"reset": True}}
    await pool.execute("UPDATE channels SET last_seq = 5000 WHERE id = $1", office.channel_id)
    behind = await sync(office, office.member.user_id, {office.channel_id: 12})
    assert behind[office.channel_id]["reset"]


async def test_a_catch_up_is_bounded_by_its_size(office: Office, send: Sender) -> None:
    await send([a_send(office.owner, office.channel_id, "x" * 40_000) for _ in range(12)])
    told = await sync(office, office.member.user_id, {office.channel_id: 0})
    assert told[office.channel_id]["reset"]
    told = await sync(office, office.member.user_id, {office.channel_id: 5})
    assert len(told[office.channel_id]["messages"]) == 7


def digest_of(messages: list[Any]) -> str:
    lines = (f"{message['seq']}:{message['id']}:{message['updatedAt']}" for message in messages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


async def test_a_client_can_prove_that_it_is_complete(office: Office, said: list[Any]) -> None:
    async def told(**query: str) -> Any:
        status, answer = await office.member.get("/api/sync/digest", **query)
        assert status == 200, answer
        return answer["channels"]

    everything = (await told())[office.channel_id]
    assert everything == {"lastSeq": 12, "lastRevision": 0, "fromSeq": 1, "count": 12, "hash": digest_of(said)}
    later = await told(**{"from": f"{office.channel_id}:9"})
    assert later == {
        office.channel_id: {"lastSeq": 12, "lastRevision": 0, "fromSeq": 9, "count": 4, "hash": digest_of(said[8:])}
    }
    await office.owner.put(f"/api/messages/{said[10]['id']}", {"content": "edited"})
    now = (await told())[office.channel_id]
    assert now["hash"] == digest_of((await office.history(office.member))["messages"]) != everything["hash"]


async def test_nobody_gets_the_digest_of_a_channel_they_are_not_in(office: Office, said: list[Any]) -> None:
    status, told = await office.stranger.get("/api/sync/digest", **{"from": f"{office.channel_id}:1"})
    assert (status, told) == (200, {"channels": {}})
    for wrong in ("x", f"{office.channel_id}", f"{office.channel_id}:-1", f"{office.channel_id}:a"):
        status, told = await office.owner.get("/api/sync/digest", **{"from": wrong})
        assert (status, told["type"]) == (422, "invalid_request")
