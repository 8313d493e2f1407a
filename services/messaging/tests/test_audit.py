"""What was decided by whom: entries that are there with what they tell of, and that show when somebody changed them."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from messaging import audit
from office import Office
from testkit import eventually

WAITS = """
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)
"""


async def _entries(office: Office, **query: Any) -> list[Any]:
    status, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/audit", **query)
    assert status == 200, told
    entries: list[Any] = told["entries"]
    return entries


async def _decide(office: Office) -> None:
    workspace, channel = f"/api/workspaces/{office.workspace_id}", f"/api/channels/{office.channel_id}"
    await office.owner.put(f"{workspace}/permissions", {"rights": {"pin": "admin"}})
    await office.owner.put(f"{channel}/permissions", {"rights": {"post": "admin"}})
    await office.owner.put(workspace, {"retentionDays": 30})
    await office.owner.put(f"{channel}/retention", {"days": 7})
    await office.owner.put(channel, {"isArchived": True})
    await office.owner.post(f"{workspace}/holds", {"name": "The case", "channelId": office.channel_id})
    await office.owner.put(f"{workspace}/members/{office.member.user_id}", {"role": "admin"})
    await office.owner.delete(f"{workspace}/members/{office.guest.user_id}")


DECIDED = [
    "rights.changed", "rights.changed", "workspace.changed", "retention.changed", "channel.changed", "hold.opened",
    "member.changed", "member.removed",
]  # fmt: skip


async def test_what_is_decided_is_recorded_by_whom_and_when(office: Office) -> None:
    await _decide(office)
    entries = await _entries(office)
    assert [entry["action"] for entry in reversed(entries)] == DECIDED
    assert [entry["number"] for entry in reversed(entries)] == list(range(1, len(DECIDED) + 1))
    assert {entry["actorId"] for entry in entries} == {str(office.owner.user_id)}
    assert entries[1]["details"] == {
        "userId": str(office.member.user_id), "role": "admin", "formerRole": "member"
    }  # fmt: skip
    assert [entry["number"] for entry in await _entries(office, action="rights.changed")] == [2, 1]
    assert [entry["number"] for entry in await _entries(office, before=4, limit=2)] == [3, 2]
    assert await _entries(office, actorId=str(office.member.user_id)) == []
    assert len(await _entries(office, since=entries[3]["at"])) >= 4
    assert await _entries(office, until="2020-01-01T00:00:00Z") == []


async def test_it_is_a_table_for_those_who_want_one(office: Office) -> None:
    await _decide(office)
    path = f"{office.owner.url}/api/workspaces/{office.workspace_id}/audit?format=csv"
    async with office.owner.http.get(path, headers=office.owner.headers) as answer:
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert [row["action"] for row in reversed(rows)] == DECIDED


async def test_what_is_refused_is_not_recorded(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}/members/{office.owner.user_id}"
    assert (await office.owner.put(path, {"role": "member"}))[0] == 409
    assert await _entries(office) == []


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit_entries SET details = '{}' WHERE number = 3", 3),
        ("UPDATE audit_entries SET actor_id = gen_random_uuid() WHERE number = 1", 1),
        ("UPDATE audit_entries SET at = at - interval '1 day' WHERE number = 4", 4),
        ("DELETE FROM audit_entries WHERE number = 5", 5),
    ],
)
async def test_tampering_shows(office: Office, pool: asyncpg.Pool, tampering: str, broken_at: int) -> None:
    await _decide(office)
    verify = f"/api/workspaces/{office.workspace_id}/audit/verify"
    _, whole = await office.owner.get(verify)
    assert (whole["isWhole"], whole["number"]) == (True, len(DECIDED))
    assert whole["hash"] == (await _entries(office))[0]["hash"]
    with pytest.raises(asyncpg.RaiseError, match="audit entries are not changed"):
        await pool.execute(tampering)
    await pool.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
    await pool.execute(tampering)
    _, broken = await office.owner.get(verify)
    assert (broken["isWhole"], broken["brokenAt"]) == (False, broken_at)


@pytest.mark.parametrize("change", ["role", "silence", "removal"])
async def test_who_records_beside_a_change_of_the_same_workspace_holds_nobody_up(
    office: Office, pool: asyncpg.Pool, change: str
) -> None:
    """As what was decided in another database, told at that moment."""
    workspace = f"/api/workspaces/{office.workspace_id}"
    members, later = f"{workspace}/members/{office.member.user_id}", datetime.now(UTC) + timedelta(hours=1)
    do = {
        "role": lambda: office.owner.put(members, {"role": "admin"}),
        "silence": lambda: office.owner.put(f"{members}/silence", {"until": later.isoformat()}),
        "removal": lambda: office.owner.delete(members),
    }[change]
    async with pool.acquire() as db, db.transaction():
        await db.execute(audit.TAKE_TURN, office.workspace_id)
        changing = asyncio.ensure_future(do())
        await eventually(lambda: pool.fetchval(WAITS))
        await audit.record_of(db, UUID(office.workspace_id), None, "channel.changed", {})
    assert (await changing)[0] < 300
    assert len(await _entries(office)) == 2


async def test_decisions_at_once_make_one_chain(office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}"
    await asyncio.gather(*(office.owner.put(path, {"retentionDays": days}) for days in range(1, 21)))
    assert (await office.owner.get(f"{path}/audit/verify"))[1]["number"] == 20
    assert (await office.member.get(f"{path}/audit"))[0] == 403
