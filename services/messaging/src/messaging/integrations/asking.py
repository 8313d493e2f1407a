"""What integrations are asked when somebody does something, and what they may answer within three seconds."""

from datetime import UTC, datetime

import orjson
from chassis.problems import Problem
from eventbus.wire import Json, iso

from messaging.integrations import slack
from messaging.integrations.outside import Endpoint, Outside
from messaging.integrations.slack import Payload, Said
from messaging.outbound.guard import Refused, Unreachable

DEADLINE = 3.0


def event(type_: str, data: Json) -> bytes:
    """A request's body, as Standard Webhooks has it."""
    return orjson.dumps({"type": type_, "timestamp": iso(datetime.now(UTC)), "data": data})


async def ask(outside: Outside, endpoint: Endpoint, id_: str, body: bytes) -> Said | None:
    """What the integration says to that, if anything; `Problem` 424 if it does not answer, or not as documented."""
    try:
        answer = await outside.ask(endpoint, id_, body, DEADLINE)
    except (Refused, Unreachable) as error:
        raise failed(str(error)) from error
    if not answer.is_good:
        raise failed(f"it answered {answer.status}")
    text = answer.body.strip()
    if not text or text in (b"{}", b"ok"):
        return None
    if not text.startswith(b"{"):
        return Said(text.decode(errors="replace").replace("\x00", "")[:4_000], [], Payload())
    try:
        return slack.read(text)
    except Problem as problem:
        raise failed(problem.detail) from problem


def failed(why: str) -> Problem:
    """The asker is told that it is not their doing."""
    return Problem(424, "integration_failed", f"The integration could not do this: {why}.")
