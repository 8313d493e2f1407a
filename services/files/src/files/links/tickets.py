"""Downloads by share links, each with a ticket: what counts, and how much one ticket may fetch.

A download counts when the first bytes of a ticket are about to be sent: whichever they are, so that a range counts as
the whole does, and once, so that it can go on where it was cut off. A ticket is good for half as much again as the file
has: enough to go on, too little for a second copy.
"""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem, not_found
from eventbus import Db
from uuid_utils.compat import uuid7

from files.links import accesses, announcements
from files.links.accesses import Outcome, Visitor

# Tickets that were not used yet, of one link: whoever asks for more displaces nobody, but has to wait.
MOST = 1_000

COUNT = "SELECT count(*) FROM link_tickets WHERE link_id = $1 AND begun_at IS NULL AND expires_at > now()"
ADD = """
    INSERT INTO link_tickets (id, link_id, version, address, user_agent, expires_at)
    SELECT $1, id, $3, $4, $5, least(now() + $6 * interval '1 second', coalesce(expires_at, 'infinity'))
    FROM links WHERE id = $2 FOR KEY SHARE RETURNING expires_at
"""
# The file first, as who removes it with its links and their tickets locks them.
HOLD = """
    SELECT FROM files WHERE id = (
        SELECT l.file_id FROM link_tickets t JOIN links l ON l.id = t.link_id WHERE t.id = $1) FOR KEY SHARE
"""
LOCK = """
    SELECT t.begun_at, t.sent, t.link_id, t.address, t.user_agent, l.file_id
    FROM link_tickets t JOIN links l ON l.id = t.link_id
    WHERE t.id = $1 AND t.expires_at > now() AND l.revoked_at IS NULL FOR NO KEY UPDATE OF t
"""
# Whoever comes second waits for the row, and then reads what the first has written.
CONSUME = """
    UPDATE links SET downloads = downloads + 1
    WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        AND (download_limit IS NULL OR downloads < download_limit)
    RETURNING created_by, downloads
"""
SEND = "UPDATE link_tickets SET sent = sent + $2, begun_at = coalesce(begun_at, now()) WHERE id = $1"
GIVE_BACK = "UPDATE link_tickets SET sent = greatest(0, sent - $2) WHERE id = $1"
# Not before a download is over that began with the last second of its address.
SWEEP = "DELETE FROM link_tickets WHERE expires_at < now() - interval '1 day'"


async def issue(db: Db, link_id: UUID, version: int, visitor: Visitor, seconds: int) -> tuple[UUID, datetime] | None:
    """A ticket and until when it is good: never longer than its link. None if that went with its file just now."""
    if await db.fetchval(COUNT, link_id) >= MOST:
        raise Problem(429, "too_many_requests", "There are too many downloads of this just now.", retry_after=60)
    ticket_id = uuid7()
    until = await db.fetchval(ADD, ticket_id, link_id, version, visitor.address, visitor.user_agent, float(seconds))
    return (ticket_id, until) if until else None


async def take(db: Db, ticket_id: UUID, length: int, size: int) -> None:
    """Before `length` bytes are sent; `Problem` 404 if no download is left, 429 if the ticket has had its share."""
    await db.execute(HOLD, ticket_id)
    ticket = await db.fetchrow(LOCK, ticket_id)
    if ticket is None:
        raise not_found("file")
    if ticket["begun_at"] is None:
        await _consume(db, ticket)
    elif ticket["sent"] + length > size + size // 2:
        detail = "This address has been used for its download: open the link again."
        raise Problem(429, "download_used", detail, retry_after=5)
    await db.execute(SEND, ticket_id, length)


async def _consume(db: Db, ticket: Record) -> None:
    link = await db.fetchrow(CONSUME, ticket["link_id"])
    if link is None:
        raise not_found("file")
    visitor = Visitor(ticket["address"], ticket["user_agent"])
    await accesses.note(db, ticket["link_id"], visitor, Outcome.DOWNLOADED)
    await announcements.used(db, ticket["file_id"], ticket["link_id"], link["created_by"], link["downloads"])


async def give_back(db: Db, ticket_id: UUID, length: int) -> None:
    """Bytes that were not sent after all."""
    await db.execute(GIVE_BACK, ticket_id, length)


async def sweep(db: Db) -> None:
    await db.execute(SWEEP)
