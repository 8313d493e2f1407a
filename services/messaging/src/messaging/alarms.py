"""What is to happen at its time happens then, in whichever process of messaging looks first."""

import asyncpg
from chassis.problems import PART_GONE
from eventbus import Backoff, repeat

from messaging.personal import reminders, scheduled

# Seconds. Nothing can be set for sooner than ten, so a look this often misses nothing that others set.
LOOK_EVERY = 5.0
UNTIL_NEXT = """
    SELECT extract(epoch FROM least(
        (SELECT min(send_at) FROM scheduled_messages WHERE failure IS NULL AND send_at > now()),
        (SELECT min(remind_at) FROM reminders WHERE state = 'waiting' AND remind_at > now())) - now())::float
"""


async def run(pool: asyncpg.Pool) -> None:
    """Send what is due and remind of what is due, for as long as this runs."""

    async def turn() -> float:
        await scheduled.send_due(pool)
        await reminders.tell_due(pool)
        seconds = await pool.fetchval(UNTIL_NEXT)
        return LOOK_EVERY if seconds is None else min(LOOK_EVERY, seconds)

    await repeat(turn, "what is due", PART_GONE, Backoff(most=LOOK_EVERY))
