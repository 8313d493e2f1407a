"""Tells outgoing webhooks what waits for them; whichever process of messaging comes first."""

import asyncio
import logging

import asyncpg
from chassis.problems import PART_GONE, Problem
from eventbus import Db, repeat

from messaging.integrations import deliveries, endpoints, saying
from messaging.integrations.deliveries import WAITS, Delivery, Outcome
from messaging.integrations.outside import Answer, Endpoint, Outside
from messaging.integrations.saying import Via
from messaging.integrations.slack import Payload, Said
from messaging.outbound.guard import Refused, Unreachable

log = logging.getLogger(__name__)
WORKERS = 4
# Seconds.
LOOK_EVERY = 1.0
DEADLINE = 15.0
LONGEST_WAIT = 3_600.0
GONE = 410


async def run(pool: asyncpg.Pool, outside: Outside) -> None:
    """Tell what waits, for as long as this runs."""

    async def turn() -> float:
        return 0.0 if await tell_next(pool, outside) else LOOK_EVERY

    async with asyncio.TaskGroup() as workers:
        for _ in range(WORKERS):
            workers.create_task(repeat(turn, "outgoing webhooks", PART_GONE))


async def tell_next(pool: asyncpg.Pool, outside: Outside) -> bool:
    """Try what has waited longest; False if nothing is due."""
    async with pool.acquire(timeout=5) as db:
        delivery = await deliveries.take(db)
        endpoint = await endpoints.of(db, delivery.hook_id) if delivery else None
    if delivery is None:
        return False
    outcome, reason = await _tried(outside, delivery, endpoint)
    async with pool.acquire(timeout=5) as db, db.transaction():
        if await deliveries.finish(db, delivery, outcome):
            if reason is None and outcome.error and await deliveries.is_behind(db, delivery.hook_id):
                reason = f"more than {deliveries.MOST_WAITING:,} messages wait for it"
            if reason:
                await _switch_off(db, delivery, reason)
    return True


async def _tried(outside: Outside, delivery: Delivery, endpoint: Endpoint | None) -> tuple[Outcome, str | None]:
    """What came of it, and why the hook is to be switched off, if it is."""
    if endpoint is None:
        return Outcome("failed", None, "it has no address"), "it has no address"
    try:
        answer = await outside.tell(endpoint, f"msg_{delivery.id}", delivery.body.encode(), DEADLINE)
    except Refused as error:
        return Outcome("failed", None, str(error)), str(error)
    except Unreachable as error:
        return _failure(delivery, None, str(error), None)
    if answer.is_good:
        return Outcome("delivered", answer.status, None), None
    if answer.status == GONE:
        return Outcome("failed", GONE, "it answered 410"), "it says that it is gone (410)"
    return _failure(delivery, answer, f"it answered {answer.status}", answer.retry_after)


def _failure(
    delivery: Delivery, answer: Answer | None, error: str, retry_after: float | None
) -> tuple[Outcome, str | None]:
    status = answer.status if answer else None
    if delivery.attempts > len(WAITS):
        return Outcome("failed", status, error), f"{delivery.attempts} attempts failed; the last: {error}"
    wait = max(WAITS[delivery.attempts - 1], min(retry_after or 0.0, LONGEST_WAIT))
    return Outcome("waiting", status, error, again=wait), None


async def _switch_off(db: Db, delivery: Delivery, reason: str) -> None:
    """With a notice in its channel, where those are who can do something about it."""
    hook = await deliveries.switch_off(db, delivery.hook_id, reason)
    if hook is None:
        return
    log.warning("the outgoing webhook %s was switched off: %s", delivery.hook_id, reason)
    notice = Said(f"This outgoing webhook was switched off: {reason}.", [], Payload())
    try:
        async with db.transaction():
            via = Via("webhook", delivery.hook_id, hook["name"])
            await saying.in_channel(db, hook["channel_id"], via, notice)
    except Problem as problem:
        log.warning("there is no notice of it in its channel: %s", problem.detail)
