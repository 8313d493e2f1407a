"""What came from elsewhere before, and what it is here."""

from collections.abc import Mapping
from uuid import UUID

from eventbus import Db

from messaging.transfers.jobs import Job
from messaging.transfers.wording import Names

ALL = "SELECT kind, key, id FROM imported_things WHERE workspace_id = $1 AND source = $2"
KNOWN = "SELECT key, id FROM imported_things WHERE workspace_id = $1 AND source = $2 AND kind = $3 AND key = ANY($4)"
BROUGHT = """
    SELECT EXISTS (SELECT FROM imported_things
    WHERE workspace_id = $1 AND source = $2 AND kind = $3 AND key = $4 AND brought_by = $5)
"""
KEEP = """
    INSERT INTO imported_things (workspace_id, source, kind, brought_by, key, id)
    SELECT $1, $2, $3, $4, * FROM unnest($5::text[], $6::uuid[])
    ON CONFLICT (workspace_id, source, kind, key) DO UPDATE SET id = excluded.id, brought_by = excluded.brought_by
"""


async def names(db: Db, job: Job) -> Names:
    """Everything by name: once people, channels and groups have been settled."""
    found: dict[str, dict[str, UUID]] = {"person": {}, "channel": {}, "group": {}, "emoji": {}}
    for row in await db.fetch(ALL, job.workspace_id, job.source, timeout=60):
        found[row["kind"]][row["key"]] = row["id"]
    return Names(found["person"], found["channel"], found["group"])


async def known(db: Db, job: Job, kind: str, keys: list[str]) -> dict[str, UUID]:
    rows = await db.fetch(KNOWN, job.workspace_id, job.source, kind, keys)
    return {row["key"]: row["id"] for row in rows}


async def keep(db: Db, job: Job, kind: str, found: Mapping[str, UUID]) -> None:
    await db.execute(KEEP, job.workspace_id, job.source, kind, job.id, list(found), list(found.values()))


async def is_new(db: Db, job: Job, kind: str, key: str) -> bool:
    """Whether it came first with this import."""
    return bool(await db.fetchval(BROUGHT, job.workspace_id, job.source, kind, key, job.id))
