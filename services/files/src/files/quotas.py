"""How many bytes a workspace keeps, and how many more it may."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import one
from chassis.problems import Problem
from eventbus import Db

# Locked before its numbers are looked at, so that two uploads do not both take what is left.
LOCK = """
    INSERT INTO usage (workspace_id) VALUES ($1) ON CONFLICT (workspace_id) DO UPDATE SET bytes = usage.bytes
    RETURNING bytes, quota
"""
COMING = "SELECT coalesce(sum(size), 0)::bigint FROM uploads WHERE workspace_id = $1 AND state <> 'over'"
ADD = """
    INSERT INTO usage (workspace_id, bytes) VALUES ($1, $2)
    ON CONFLICT (workspace_id) DO UPDATE SET bytes = greatest(0, usage.bytes + excluded.bytes)
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file, bytes of a workspace that has no quota of its own, and uploads one person has under way."""

    file: int
    workspace: int
    uploads: int


async def require_room(db: Db, workspace_id: UUID, size: int, limits: Limits) -> None:
    """Until the end of the transaction nobody else takes it. `Problem` 413 for a file that is too large, 507 for one
    that the workspace has no room for."""
    require_size(size, limits)
    kept = await one(db, LOCK, workspace_id)
    quota = limits.workspace if kept["quota"] is None else kept["quota"]
    if kept["bytes"] + await db.fetchval(COMING, workspace_id) + size > quota:
        raise Problem(507, "quota_exceeded", f"This workspace keeps {quota:,} bytes at the most: remove some files.")


def require_size(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise too_large(limits)


def too_large(limits: Limits) -> Problem:
    detail = f"A file may have {limits.file:,} bytes at the most."
    return Problem(413, "too_large", detail, extra={"limit": limits.file})


async def count(db: Db, workspace_id: UUID, size: int) -> None:
    """So many bytes are kept more, or fewer if it is below 0."""
    await db.execute(ADD, workspace_id, size)
