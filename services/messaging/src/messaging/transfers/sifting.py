"""What was read but can never be stored, whatever is chosen, goes before anybody is shown what would come."""

from eventbus import Db

from messaging.transfers import staging
from messaging.transfers.jobs import Job
from messaging.transfers.records import Skip

DEADLINE = 300
UNLISTED = """
    DELETE FROM transfer_records r WHERE transfer_id = $1 AND kind = 'message' AND NOT EXISTS (
        SELECT FROM transfer_records c
        WHERE c.transfer_id = $1 AND c.kind = 'channel' AND c.channel_key = '' AND c.key = r.channel_key)
"""
# A program says itself who it is.
UNKNOWN = """
    DELETE FROM transfer_records r WHERE transfer_id = $1 AND kind = 'message' AND NOT body ? 'via'
        AND NOT EXISTS (SELECT FROM transfer_records p
            WHERE p.transfer_id = $1 AND p.kind = 'person' AND p.channel_key = '' AND p.key = r.body->>'user')
        AND NOT EXISTS (SELECT FROM imported_things t
            WHERE t.workspace_id = $2 AND t.source = $3 AND t.kind = 'person' AND t.key = r.body->>'user')
"""
# All of them are counted, and the first are named.
COUNTED = """
    WITH gone AS ({delete} RETURNING channel_key, place, key)
    SELECT channel_key || '/' || key AS what, count(*) OVER () AS number FROM gone
    ORDER BY channel_key, place, key LIMIT {most}
"""


async def sift(db: Db, job: Job) -> None:
    await _leave_out(db, job, "channel_not_listed", UNLISTED, job.id)
    await _leave_out(db, job, "unknown_author", UNKNOWN, job.id, job.workspace_id, job.source)


async def _leave_out(db: Db, job: Job, reason: str, delete: str, *given: object) -> None:
    query = COUNTED.format(delete=delete, most=staging.MOST_LISTED)
    rows = await db.fetch(query, *given, timeout=DEADLINE)
    if not rows:
        return
    number = rows[0]["number"]
    skips = [Skip(k="skip", reason=reason, what=row["what"][:200]) for row in rows]
    if number > len(rows):
        skips.append(Skip(k="skip", reason=reason, what="", count=number - len(rows)))
    await staging.skip(db, job, skips)
    job.count("messages", -number)
