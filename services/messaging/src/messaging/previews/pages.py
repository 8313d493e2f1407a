"""What addresses led to, kept for a day: an address is asked once, however many messages link to it."""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import orjson
from chassis.database import dumps

from messaging.metrics import PREVIEWS
from messaging.outbound.guard import Refused, Unreachable
from messaging.previews.jobs import Preview
from messaging.previews.reading import Words

log = logging.getLogger(__name__)
# What the page at an address says of itself; `Refused` or `Unreachable` if it cannot be said.
Look = Callable[[str], Awaitable[Words]]

KNOWN = """
    SELECT preview FROM link_pages
    WHERE workspace_id = $1 AND url_hash = $2 AND fetched_at > now() - interval '1 day'
"""
KEEP = """
    WITH tidied AS (DELETE FROM link_pages WHERE fetched_at < now() - interval '1 day')
    INSERT INTO link_pages (workspace_id, url_hash, preview, outcome) VALUES ($1, $2, $3, $4)
    ON CONFLICT (workspace_id, url_hash)
        DO UPDATE SET preview = excluded.preview, outcome = excluded.outcome, fetched_at = now()
"""
LATELY = "SELECT count(*) FROM link_pages WHERE workspace_id = $1 AND fetched_at > now() - interval '1 minute'"


async def asked_lately(pool: asyncpg.Pool, workspace_id: UUID) -> int:
    """How many pages were asked for in the last minute on behalf of a workspace."""
    number: int = await pool.fetchval(LATELY, workspace_id)
    return number


async def preview_of(pool: asyncpg.Pool, workspace_id: UUID, url: str, look: Look, is_last: bool) -> Preview | None:
    """What is shown for an address, None if nothing is. `Unreachable` if it is worth another try, unless it is the
    last one."""
    place = (workspace_id, hashlib.sha256(url.encode()).digest())
    known = await pool.fetchrow(KNOWN, *place)
    if known is not None:
        return orjson.loads(known["preview"]) if known["preview"] else None
    preview, outcome = await _looked_at(url, look, is_last)
    await pool.execute(KEEP, *place, dumps(preview) if preview else None, outcome)
    PREVIEWS.labels("shown" if preview else "nothing").inc()
    return preview


async def _looked_at(url: str, look: Look, is_last: bool) -> tuple[Preview | None, str]:
    try:
        words = await look(url)
    except Refused as refusal:
        return None, str(refusal)
    except Unreachable as silence:
        if not is_last:
            raise
        return None, str(silence)
    except Exception:
        # Whatever a stranger's page brings about must not end more than its own preview.
        log.exception("a page could not be looked at")
        return None, "internal error"
    said = {"url": url, "title": words.title, "description": words.description, "site_name": words.site_name}
    return {name: text for name, text in said.items() if text}, "shown"
