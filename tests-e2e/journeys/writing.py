"""Somebody who writes so many messages a second into several channels, over HTTP."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from journeys.people import Json, Person


@dataclass(slots=True)
class Writer:
    """`seqs` are the newest numbers that were acknowledged, by channel."""

    person: Person
    channel_ids: Sequence[str]
    weights: Sequence[int] | None = None
    seqs: dict[str, int] = field(default_factory=dict)
    # How often a message was not taken just then.
    put_off: int = 0

    async def write(self, a_second: float) -> None:
        """Write until cancelled, whether answers come or not; what was begun is finished."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            try:
                for number in count(1):
                    group.create_task(self._post(number))
                    await asyncio.sleep(began + number / a_second - loop.time())
            except asyncio.CancelledError:
                pass

    async def _post(self, number: int) -> None:
        """Until it is stored: who is asked to come back comes back."""
        (channel_id,) = random.choices(self.channel_ids, self.weights)
        draft: Json = {"content": f"message {number}", "clientMessageId": str(uuid4())}
        while (answer := await self.person.ask("POST", f"/api/channels/{channel_id}/messages", draft)).status == 503:
            self.put_off += 1
            await asyncio.sleep(float(answer.headers["retry-after"]) * random.uniform(1, 2))
        assert answer.status == 201, answer
        self.seqs[channel_id] = max(self.seqs.get(channel_id, 0), answer.body["seq"])
