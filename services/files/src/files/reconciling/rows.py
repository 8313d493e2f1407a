"""Rows that should be on their way somewhere, and that nothing carries on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec
from uuid import UUID

import asyncpg
from eventbus import Db

from files import blobs, removal, uploads
from files.reconciling.findings import Finding, Kind, Mend
from files.store import Store

UNUSED = """
    SELECT id FROM blobs b WHERE state <> 'removing' AND created_at < now() - $1::interval
        AND NOT EXISTS (SELECT FROM file_versions v WHERE v.blob_id = b.id)
"""
# A job that failed is one that nobody does any more.
STUCK_BLOBS = """
    SELECT id FROM blobs b WHERE state = 'removing' AND NOT EXISTS (
        SELECT FROM jobs j WHERE j.kind = 'remove' AND j.subject = 'blob/' || b.id AND j.state = 'waiting')
"""
STUCK_OVER = """
    SELECT id FROM uploads u WHERE state = 'over' AND NOT EXISTS (
        SELECT FROM jobs j WHERE j.kind = 'remove' AND j.subject = 'upload/' || u.id AND j.state = 'waiting')
"""
STUCK_STORED = """
    SELECT u.id, u.file_id, u.version FROM uploads u
    WHERE state = 'stored' AND NOT EXISTS (
        SELECT FROM jobs j WHERE j.details->>'upload' = u.id::text AND j.kind <> 'remove' AND j.state = 'waiting')
"""
IS_NOWHERE = """(NOT EXISTS (SELECT FROM file_places p WHERE p.file_id = f.id)
    OR NOT EXISTS (SELECT FROM file_versions v WHERE v.file_id = f.id))"""
NOWHERE = f"SELECT id FROM files f WHERE created_at < now() - $1::interval AND {IS_NOWHERE}"  # noqa: S608 - a constant
LOCK = "SELECT FROM files WHERE id = $1 FOR UPDATE"
STILL_NOWHERE = f"SELECT true FROM files f WHERE id = $1 AND {IS_NOWHERE}"  # noqa: S608
COUNTED = """
    SELECT workspace_id, coalesce(u.bytes, 0) AS said, coalesce(b.bytes, 0)::bigint AS kept
    FROM usage u FULL JOIN (
        SELECT workspace_id, sum(size) AS bytes FROM blobs WHERE counted GROUP BY workspace_id
    ) b USING (workspace_id) WHERE coalesce(u.bytes, 0) <> coalesce(b.bytes, 0)
"""
RECOUNT = """
    INSERT INTO usage (workspace_id, bytes)
    SELECT $1, coalesce(sum(size), 0)::bigint FROM blobs WHERE workspace_id = $1 AND counted
    ON CONFLICT (workspace_id) DO UPDATE SET bytes = excluded.bytes
"""
# Nobody counts meanwhile.
LOCK_USAGE = "LOCK TABLE usage IN SHARE ROW EXCLUSIVE MODE"

P = ParamSpec("P")


async def look(pool: asyncpg.Pool, older_than: timedelta) -> AsyncIterator[Finding]:
    for row in await pool.fetch(UNUSED, older_than):
        yield Finding(Kind.BLOB_UNUSED, str(row["id"]), _mends(blobs.release, row["id"]))
    for row in await pool.fetch(STUCK_BLOBS):
        yield Finding(Kind.BLOB_STUCK, str(row["id"]), _mends(blobs.remove_bytes, row["id"]))
    for row in await pool.fetch(STUCK_OVER):
        yield Finding(Kind.UPLOAD_STUCK, str(row["id"]), _mends(uploads.remove_bytes, row["id"]))
    for row in await pool.fetch(STUCK_STORED):
        yield Finding(
            Kind.UPLOAD_STUCK, str(row["id"]), _mends(uploads.queue_scan, row["id"], row["file_id"], row["version"])
        )
    for row in await pool.fetch(NOWHERE, older_than):
        yield Finding(Kind.FILE_NOWHERE, str(row["id"]), _mends(_remove_nowhere, row["id"]))
    for row in await pool.fetch(COUNTED):
        yield Finding(Kind.USAGE_WRONG, str(row["workspace_id"]), _mends(_recount, row["workspace_id"]))


def _mends(change: Callable[Concatenate[Db, P], Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> Mend:
    """By this change, in a transaction of its own."""

    async def mend(pool: asyncpg.Pool, _: Store) -> None:
        async with pool.acquire(timeout=5) as db, db.transaction():
            await change(db, *args, **kwargs)

    return mend


async def _remove_nowhere(db: Db, file_id: UUID) -> None:
    """Unless somebody began its next version since it was found."""
    await db.execute(LOCK, file_id)
    if await db.fetchval(STILL_NOWHERE, file_id):
        await removal.remove(db, file_id)


async def _recount(db: Db, workspace_id: UUID) -> None:
    await db.execute(LOCK_USAGE)
    await db.execute(RECOUNT, workspace_id)
