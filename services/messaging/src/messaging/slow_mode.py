"""Slow mode: in a channel that has it, seconds between two posts of one person."""

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem
from eventbus import Db

from messaging.rights.terms import Rank
from messaging.standings import Standing

KEEP = """
    UPDATE channel_members m SET last_posted_at = $3
    FROM unnest($1::uuid[], $2::uuid[]) AS p(channel_id, user_id)
    WHERE m.channel_id = p.channel_id AND m.user_id = p.user_id
"""


class Pace:
    """Who of one transaction's authors has to wait; it knows only those that slow mode concerns."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._posted: set[tuple[UUID, UUID]] = set()

    def refusal(self, standing: Standing, row: Record) -> Problem | None:
        """Why a message that may be posted must wait; if it need not, its author's next one must."""
        seconds: int = row["slow_mode_seconds"]
        if not seconds or standing.channel_id is None or standing.rank >= Rank.CHANNEL_ADMIN:
            return None
        place, last = (standing.channel_id, standing.user_id), row["last_posted_at"]
        over = (
            self._at + timedelta(seconds=seconds)
            if place in self._posted
            else last and last + timedelta(seconds=seconds)
        )
        if over and over > self._at:
            return _wait((over - self._at).total_seconds(), seconds)
        self._posted.add(place)
        return None

    async def keep(self, db: Db) -> None:
        if self._posted:
            await db.execute(KEEP, *map(list, zip(*self._posted, strict=True)), self._at)


def _wait(left: float, seconds: int) -> Problem:
    detail = f"This channel is in slow mode: one message in {seconds} seconds."
    return Problem(429, "slow_mode", detail, retry_after=left, extra={"retryAfter": max(1, round(left))})
