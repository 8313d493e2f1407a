"""Shutting people out of their organization, and letting them in again."""

from uuid import UUID

from chassis.problems import Problem, not_found
from chassis.tokens import Principal
from eventbus import Db

from identity import sessions, users

ASKED = """
    SELECT organization_id = $2 AS is_ours, id = (SELECT founder_id FROM organizations WHERE id = $2) AS is_founder,
        $3 = (SELECT founder_id FROM organizations WHERE id = $2) AS asks_founder
    FROM users WHERE id = $1
"""


async def deactivate(db: Db, asker: Principal, user_id: UUID) -> None:
    """End all of a user's sessions and let them open no others.

    The founder may do this to everybody else of the organization, and everybody to themselves; `Problem` 404 for a user
    of another organization, 403 for who may not, 409 for the founder.
    """
    if await _is_founder(db, asker, user_id):
        raise Problem(409, "founder", "The founder of an organization cannot be deactivated.")
    await users.set_active(db, user_id, False, asker.user_id)
    await sessions.revoke_all(db, user_id, "deactivated")


async def reactivate(db: Db, asker: Principal, user_id: UUID) -> None:
    """Let a user sign in again; who may is as in `deactivate`."""
    await _is_founder(db, asker, user_id)
    await users.set_active(db, user_id, True, asker.user_id)


async def _is_founder(db: Db, asker: Principal, user_id: UUID) -> bool:
    """Whether the user is the founder, once it is clear that the asker may change them."""
    row = await db.fetchrow(ASKED, user_id, asker.organization_id, asker.user_id)
    if row is None or not row["is_ours"]:
        raise not_found("user")
    if not row["asks_founder"] and user_id != asker.user_id:
        raise Problem(403, "forbidden", "Only the founder of your organization may do this.")
    return bool(row["is_founder"])
