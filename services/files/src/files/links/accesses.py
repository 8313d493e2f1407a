"""Who used a share link, when, from where, and what came of it: for those who look after the link."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.requests import client_address
from eventbus import Db
from fastapi import Request
from uuid_utils.compat import uuid7

from files.metrics import LINK_USES

LONGEST_USER_AGENT = 256
# Kept for a year, and of each link so many.
DAYS, MOST = 365, 10_000

# Of a link that just went with its file nothing is noted.
ADD = """
    INSERT INTO link_accesses (id, link_id, outcome, address, user_agent)
    SELECT $1, id, $3, $4, $5 FROM links WHERE id = $2 FOR KEY SHARE
"""
PAGE = """
    SELECT id, outcome, address, user_agent, at FROM link_accesses
    WHERE link_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""
SWEEP_OLD = "DELETE FROM link_accesses WHERE at < now() - $1 * interval '1 day'"
SWEEP_MANY = """
    DELETE FROM link_accesses a USING (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY link_id ORDER BY id DESC) AS place FROM link_accesses
            WHERE link_id IN (SELECT link_id FROM link_accesses GROUP BY link_id HAVING count(*) > $1)
        ) AS numbered WHERE place > $1) AS surplus
    WHERE a.id = surplus.id
"""


class Outcome(StrEnum):
    """What came of a request by a link."""

    SHOWN = "shown"
    OPENED = "opened"
    DOWNLOADED = "downloaded"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - no password
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes by a link, as far as that is known."""

    address: str
    user_agent: str


def visitor_of(request: Request) -> Visitor:
    agent = request.headers.get("user-agent", "").encode("ascii", "replace").decode()[:LONGEST_USER_AGENT]
    return Visitor(client_address(request), "".join(filter(str.isprintable, agent)))


async def note(db: Db, link_id: UUID, visitor: Visitor, outcome: Outcome) -> None:
    LINK_USES.labels(outcome.value).inc()
    await db.execute(ADD, uuid7(), link_id, outcome.value, visitor.address, visitor.user_agent)


async def page(db: Db, link_id: UUID, before: UUID | None, limit: int) -> list[dict[str, Any]]:
    """The latest first."""
    return [
        {
            "id": str(row["id"]),
            "outcome": row["outcome"],
            "address": row["address"],
            "userAgent": row["user_agent"],
            "at": row["at"].isoformat(),
        }
        for row in await db.fetch(PAGE, link_id, before, limit)
    ]


async def sweep(db: Db) -> None:
    await db.execute(SWEEP_OLD, float(DAYS))
    await db.execute(SWEEP_MANY, MOST)
