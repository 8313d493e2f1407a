"""Retention removes what is too old from everywhere, holds stop it, and what was removed is signed."""

from base64 import b64decode
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from messaging.retention import purging
from messaging.retention import reports as retention_reports
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import SECRET, Asker, Office

KEY = retention_reports.key_of(SECRET)
CANARY = "canary7f3a"
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns c JOIN information_schema.tables t
        USING (table_schema, table_name)
    WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


async def _grown_old(pool: asyncpg.Pool, days: int = 400, up_to: int = 2**62) -> None:
    await pool.execute(f"UPDATE messages SET created_at = now() - interval '{days} days' WHERE seq <= $1", up_to)


async def _where(pool: asyncpg.Pool, text: str) -> set[str]:
    """The tables and columns in which the text stands, whatever their types."""
    found = set()
    for row in await pool.fetch(COLUMNS):
        table, column = row["table_name"], row["column_name"]
        if await pool.fetchval(f"SELECT EXISTS (SELECT FROM {table} WHERE {column}::text LIKE '%{text}%')"):
            found.add(f"{table}.{column}")
    return found


async def _told(pool: asyncpg.Pool) -> list[ChannelEvent]:
    """What the relay would publish; then it is gone from here."""
    rows = await pool.fetch("DELETE FROM outbox WHERE topic = 'messaging.channels' RETURNING id, value")
    await pool.execute("DELETE FROM outbox")
    return [ChannelEvent.FromString(row["value"]) for row in sorted(rows, key=lambda row: int(row["id"]))]


async def _hold(office: Office, **what: str) -> Any:
    return await office.owner.made(f"/api/workspaces/{office.workspace_id}/holds", {"name": "The case", **what})


async def _canaries(office: Office, who: Asker) -> list[Any]:
    """Messages of every kind that say it, one of them edited, one deleted and one hidden."""
    said = f"{CANARY} **everywhere**, see https://{CANARY}.example/"
    messages = [
        await office.say(who, said, attachments=[{"name": CANARY}], clientMessageId=CANARY + who.email[:4]),
        await office.say(who, said),
        await office.say(who, said),
        await office.say(who, said),
    ]
    reply = await office.say(who, f"{CANARY} too", parentMessageId=messages[0]["id"])
    path = "/api/messages/{}".format
    await who.put(path(messages[1]["id"]), {"content": f"{CANARY} in other words"})
    assert (await who.delete(path(messages[2]["id"])))[0] == 204
    assert (await office.owner.put(path(messages[3]["id"]) + "/hidden", None))[0] == 204
    await office.owner.put(path(messages[0]["id"]) + "/reactions/👍", None)
    await who.made(path(messages[0]["id"]) + "/forward", {"channelId": office.channel_id, "comment": "look"})
    return [*messages, reply]


async def test_what_is_too_old_is_in_no_table_after_the_run(office: Office, pool: asyncpg.Pool) -> None:
    await _canaries(office, office.member)
    await _told(pool)
    assert "messages.content" in await _where(pool, CANARY)
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    await _told(pool)
    assert await _where(pool, CANARY) == set()


async def test_what_is_held_is_all_there_also_what_was_deleted(office: Office, pool: asyncpg.Pool) -> None:
    await _hold(office, userId=str(office.member.user_id))
    held = await _canaries(office, office.member)
    gone = await office.say(office.owner, "not held")
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    rows = {str(row["id"]): row for row in await pool.fetch("SELECT id, is_purged, content FROM messages")}
    assert rows[gone["id"]]["is_purged"]
    assert not any(rows[message["id"]]["is_purged"] for message in held)
    kept = {str(row["message_id"]): row["content"] for row in await pool.fetch("SELECT * FROM kept_contents")}
    for message in held:
        assert CANARY in rows[message["id"]]["content"] + kept.get(message["id"], "")
    shown = (await office.history(office.member))["messages"]
    assert [message["isDeleted"] for message in shown if message["id"] == held[2]["id"]] == [True]
    assert [message["content"] for message in shown if message["id"] == held[2]["id"]] == [""]


async def test_a_released_hold_lets_go_in_the_next_run(office: Office, pool: asyncpg.Pool) -> None:
    hold = await _hold(office, channelId=office.channel_id)
    await _canaries(office, office.member)
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    assert await pool.fetchval("SELECT count(*) FROM messages WHERE is_purged") == 0
    path = f"/api/workspaces/{office.workspace_id}/holds"
    status, released = await office.owner.delete(f"{path}/{hold['id']}")
    assert (status, released["releasedBy"]) == (200, str(office.owner.user_id))
    assert (await office.owner.delete(f"{path}/{hold['id']}"))[0] == 404
    await purging.sweep(pool, KEY)
    await _told(pool)
    assert await _where(pool, CANARY) == set()


async def test_what_was_deleted_under_a_hold_goes_once_it_is_released(office: Office, pool: asyncpg.Pool) -> None:
    hold = await _hold(office, userId=str(office.member.user_id))
    message = await office.say(office.member, CANARY)
    await office.member.put(f"/api/messages/{message['id']}", {"content": f"{CANARY} again"})
    await office.member.delete(f"/api/messages/{message['id']}")
    await purging.sweep(pool, KEY)
    await _told(pool)
    assert await _where(pool, CANARY) == {"kept_contents.content", "message_versions.content"}
    await office.owner.delete(f"/api/workspaces/{office.workspace_id}/holds/{hold['id']}")
    await purging.sweep(pool, KEY)
    await _told(pool)
    assert await _where(pool, CANARY) == set()


async def test_holds_are_an_owners_alone(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}"
    await office.owner.put(f"{path}/members/{office.member.user_id}", {"role": "admin"})
    assert (await office.member.get(f"{path}/holds"))[0] == 403
    assert (await office.member.post(f"{path}/holds", {"name": "x", "channelId": office.channel_id}))[0] == 403
    for body in ({"name": "x"}, {"name": "x", "channelId": office.channel_id, "userId": str(office.member.user_id)}):
        assert (await office.owner.post(f"{path}/holds", body))[0] == 422
    for body in ({"name": "x", "channelId": office.workspace_id}, {"name": "x", "userId": office.workspace_id}):
        assert (await office.owner.post(f"{path}/holds", body))[0] == 404
    assert (await office.owner.get(f"{path}/holds"))[1] == {"holds": []}


async def test_numbers_stay_without_gaps_and_who_was_away_is_brought_the_tombstones(
    office: Office, pool: asyncpg.Pool, send: Any, http: Any, url: str
) -> None:
    for number in range(5):
        await office.say(office.owner, f"message {number}")
    before = (await office.history(office.owner))["messages"]
    page = await office.history(office.owner)
    await _told(pool)
    await _grown_old(pool, up_to=3)
    await purging.sweep(pool, KEY)
    (purged,) = [event.messages_purged for event in await _told(pool) if event.HasField("messages_purged")]
    assert list(purged.seqs) == [1, 2, 3]
    assert list(purged.message_ids) == [message["id"] for message in before[:3]]
    after = (await office.history(office.owner))["messages"]
    assert [message["seq"] for message in after] == [1, 2, 3, 4, 5]
    assert [(m["isPurged"], m["isDeleted"], m["content"]) for m in after[:3]] == [(True, True, "")] * 3
    assert after[3:] == before[3:]
    body = {"channels": {office.channel_id: 5}, "revisions": {office.channel_id: page["lastRevision"]}}
    headers = {"Authorization": f"Internal {SECRET}"}
    synced = await http.post(f"{url}/internal/users/{office.owner.user_id}/sync", json=body, headers=headers)
    told = (await synced.json())["channels"][office.channel_id]
    assert [(m["seq"], m["revision"]) for m in told["changed"]] == list(zip([1, 2, 3], purged.revisions, strict=True))
    assert (await office.history(office.owner))["total"] == 2
    _, digest = await office.owner.get("/api/sync/digest", **{"from": f"{office.channel_id}:1"})
    assert digest["channels"][office.channel_id]["count"] == 5


async def test_a_report_says_what_was_removed_and_is_signed(office: Office, pool: asyncpg.Pool) -> None:
    messages = [await office.say(office.owner, f"message {number}") for number in range(3)]
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    path = f"/api/workspaces/{office.workspace_id}/retention/reports"
    _, listed = await office.owner.get(path)
    (report,) = listed["reports"]
    assert report["messages"] == 3
    async with office.owner.http.get(
        f"{office.owner.url}{path}/{report['id']}", headers=office.owner.headers
    ) as answer:
        text = await answer.text()
    *lines, last = text.splitlines(keepends=True)
    signed = orjson.loads(last)
    key = Ed25519PublicKey.from_public_bytes(b64decode(listed["publicKey"]))
    assert signed["publicKey"] == listed["publicKey"]
    key.verify(b64decode(signed["signature"]), "".join(lines).encode())
    head, line = map(orjson.loads, lines)
    assert (head["workspaceId"], head["messages"]) == (office.workspace_id, 3)
    assert (line["channelId"], line["messageIds"]) == (office.channel_id, [message["id"] for message in messages])
    assert (line["firstSeq"], line["lastSeq"], line["removedFrom"]["messages"]) == (1, 3, 3)
    with pytest.raises(InvalidSignature):
        key.verify(b64decode(signed["signature"]), "".join(lines).replace('"lastSeq":3', '"lastSeq":2').encode())
    await purging.sweep(pool, KEY)
    assert len((await office.owner.get(path))[1]["reports"]) == 1


async def test_a_channel_keeps_its_messages_as_long_as_it_says(office: Office, pool: asyncpg.Pool) -> None:
    path = f"/api/channels/{office.channel_id}/retention"
    assert (await office.owner.put(path, {"days": 0}))[1] == {"days": 0, "effectiveDays": 0}
    assert (await office.member.put(path, {"days": 1}))[0] == 403
    await office.say(office.owner, "for ever")
    await _grown_old(pool, days=10_000)
    await purging.sweep(pool, KEY)
    assert await pool.fetchval("SELECT count(*) FROM messages WHERE is_purged") == 0
    assert (await office.owner.put(path, {"days": None}))[1] == {"days": None, "effectiveDays": 365}
    await purging.sweep(pool, KEY)
    assert await pool.fetchval("SELECT count(*) FROM messages WHERE is_purged") == 1


async def test_pins_are_spared_where_that_is_wanted_until_they_are_unpinned(office: Office, pool: asyncpg.Pool) -> None:
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"retentionSparesPins": True})
    pinned, other = [await office.say(office.owner, text) for text in ("pinned", "other")]
    await office.owner.post(f"/api/messages/{pinned['id']}/pin")
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    assert [m["isPurged"] for m in (await office.history(office.owner))["messages"]] == [False, True]
    await office.owner.delete(f"/api/messages/{pinned['id']}/pin")
    await purging.sweep(pool, KEY)
    assert [m["isPurged"] for m in (await office.history(office.owner))["messages"]] == [True, True]
    assert other["seq"] == 2


async def test_a_thread_shows_the_replies_that_are_left(office: Office, pool: asyncpg.Pool) -> None:
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"retentionSparesPins": True})
    root = await office.say(office.owner, "root")
    await office.owner.post(f"/api/messages/{root['id']}/pin")
    for who in (office.member, office.owner):
        await office.say(who, "reply", parentMessageId=root["id"])
    await _grown_old(pool, up_to=2)
    await _told(pool)
    await purging.sweep(pool, KEY)
    shown = [event.thread_updated for event in await _told(pool) if event.HasField("thread_updated")]
    assert [(thread.thread_reply_count, list(thread.participants)) for thread in shown] == [
        (1, [str(office.owner.user_id)])
    ]
    assert (await office.history(office.owner))["messages"][0]["threadReplyCount"] == 1


async def test_many_are_removed_batch_by_batch(office: Office, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO messages (id, channel_id, user_id, content, seq, created_at, updated_at) "
        "SELECT gen_random_uuid(), $1, $2, 'old', n, now() - interval '2 years', now() FROM generate_series(1, 1200) n",
        UUID(office.channel_id), office.owner.user_id,
    )  # fmt: skip
    await pool.execute(
        "UPDATE channels SET last_seq = 1200, message_count = 1200 WHERE id = $1", UUID(office.channel_id)
    )
    await office.say(office.owner, "new")
    await purging.sweep(pool, KEY)
    row = await pool.fetchrow("SELECT * FROM channels WHERE id = $1", UUID(office.channel_id))
    assert row is not None
    assert (row["retained_from"], row["message_count"], row["last_revision"]) == (1201, 1, 1200)
    assert await pool.fetchval("SELECT sum(messages) FROM retention_reports") == 1200
    assert await pool.fetchval("SELECT count(DISTINCT revision) FROM messages WHERE is_purged") == 1200


async def test_what_was_imported_behind_newer_messages_goes_when_it_is_too_old(
    office: Office, pool: asyncpg.Pool
) -> None:
    said = [await office.say(office.member, f"word {number}") for number in range(5)]
    held = await office.say(office.owner, "of the owner")
    await pool.execute(
        "UPDATE messages SET is_imported = TRUE, created_at = now() - interval '400 days' WHERE seq IN (2, 4, 6)"
    )
    await _hold(office, userId=held["userId"])
    await _told(pool)
    await purging.sweep(pool, KEY)
    told = [event.messages_purged for event in await _told(pool) if event.HasField("messages_purged")]
    assert [list(each.seqs) for each in told] == [[2, 4]]
    assert await pool.fetch("SELECT seq FROM messages WHERE is_purged ORDER BY seq") == [(2,), (4,)]
    await purging.sweep(pool, KEY)
    assert await _told(pool) == []
    # The others go in their turn, and what is purged already is not purged again.
    await _grown_old(pool)
    await purging.sweep(pool, KEY)
    left = await pool.fetch("SELECT id::text FROM messages WHERE NOT is_purged")
    assert [row["id"] for row in left] == [held["id"]]
    assert len(said) == await pool.fetchval("SELECT count(*) FROM messages WHERE is_purged")
