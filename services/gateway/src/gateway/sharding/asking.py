"""What the gateway itself asks messaging, where that is in several databases."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from chassis.problems import Problem

from gateway.packets import Json
from gateway.sends import Answer, Sends
from gateway.sharding.shards import HOME, Shards
from gateway.upstreams import Upstream

log = logging.getLogger(__name__)
# Seconds that all wait for one of several: it may be dead, and the others are there.
WITHIN = 3.0


class ShardedUpstream(Upstream):
    """Messaging as one service. What concerns a channel is asked of its database; what concerns a person of all."""

    def __init__(self, upstreams: Sequence[Upstream], shards: Shards) -> None:
        self._upstreams, self._shards = upstreams, shards

    async def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> Json:
        match path.split("/"):
            case ["", "internal", "users", _, "state"]:
                return await self._state(path)
            case ["", "internal", "users", _, "sync"]:
                return await self._sync(path, body)
            case [_, _, _, id_, *_]:
                return await self._upstreams[self._shards.of(id_)].ask(method, path, body, token)
        return await self._upstreams[HOME].ask(method, path, body, token)

    async def _state(self, path: str) -> Json:
        """Workspaces as home knows them, channels of all. `missing` says which did not answer."""
        told = await self._each("GET", path, dict.fromkeys(range(len(self._upstreams))))
        home = told[HOME]
        if isinstance(home, Problem):
            raise home
        answers = [each for each in told.values() if not isinstance(each, Problem)]
        channels = [channel for each in answers for channel in each["channels"]]
        silences = {place_id: until for each in answers for place_id, until in each.get("silences", {}).items()}
        return {**home, "channels": channels, "silences": silences, "missing": _missing(told)}

    async def _sync(self, path: str, body: object) -> Json:
        """Each is asked of its own channels; what is of one that does not answer is left out, which `missing` says."""
        told = await self._each("POST", path, dict(enumerate(self._split(body))))
        answers = [each for each in told.values() if not isinstance(each, Problem)]
        refused = next((each for each in told.values() if isinstance(each, Problem) and each.status < 500), None)
        if refused or not answers:
            raise refused or next(each for each in told.values() if isinstance(each, Problem))
        channels = {id_: each for answer in answers for id_, each in answer["channels"].items()}
        return {"channels": channels, **({"missing": missing} if (missing := _missing(told)) else {})}  # type: ignore[dict-item]

    def _split(self, body: object) -> list[object]:
        """For each database of a body of positions those that are its own. What is none, home is left to refuse."""
        named = body if isinstance(body, dict) else {}
        fields = {name: each for name, each in named.items() if name in ("channels", "revisions")}
        if not isinstance(body, dict) or not all(isinstance(each, dict) for each in fields.values()):
            return [body]
        split = [{**body, **{name: {} for name in fields}} for _ in self._upstreams]
        for name, positions in fields.items():
            for id_, position in positions.items():
                split[self._place(id_)][name][id_] = position
        return list(split)

    def _place(self, id_: object) -> int:
        try:
            return self._shards.of(id_)
        except Problem:  # on its way: wherever it is asked, it is not there
            return HOME

    async def _each(self, method: str, path: str, bodies: dict[int, object]) -> dict[int, Any]:
        """By number of the database its answer, or why there is none."""

        async def one(place: int) -> Any:
            try:
                async with asyncio.timeout(None if place == HOME else WITHIN):
                    return await self._upstreams[place].ask(method, path, bodies[place])
            except TimeoutError:
                log.warning("%s %s: database %d does not answer in time", method, path, place)
                return Problem(503, "unavailable", "")
            except Problem as problem:
                return problem

        return dict(zip(bodies, await asyncio.gather(*map(one, bodies)), strict=True))


def _missing(told: dict[int, Any]) -> list[int]:
    return [place for place, each in told.items() if isinstance(each, Problem)]


class ShardedSends(Sends):
    """Messages go to their channels' databases, by lanes of each: one that is dead holds up none of the others."""

    def __init__(self, all_sends: Sequence[Sends], shards: Shards) -> None:
        self._all, self._shards = all_sends, shards

    async def store(self, user_id: str, socket_id: str, payload: Json) -> Answer:
        channel_id = payload.get("channelId") if isinstance(payload, dict) else None
        return await self._all[self._shards.of(channel_id)].store(user_id, socket_id, payload)
