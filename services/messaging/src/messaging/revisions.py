"""A channel's numbering of changes: what happened to messages after they were sent, for those who were away."""

from uuid import UUID

from eventbus import Db

TAKE = "UPDATE channels SET last_revision = last_revision + $2 WHERE id = $1 RETURNING last_revision"


async def take(db: Db, channel_id: UUID, number: int = 1) -> int:
    """The newest of so many revisions that are now the caller's, each to be written to one message that changes.

    Take it in the transaction of the change, once it is certain: a number that no message bears looks like a loss.
    """
    revision: int = await db.fetchval(TAKE, channel_id, number)
    return revision
