"""All databases that have channels, as home reaches them: for what is done to a workspace as a whole, channels and all.

Each says itself which slots it has, so nothing here is wrong after a slot has moved.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from chassis.database import create_pool
from chassis.problems import PART_GONE, Problem
from chassis.slots import SLOTS, slot_of
from eventbus import Db
from fastapi import Request

from messaging import copies
from messaging.settings import Settings
from messaging.sharding.owning import slots_of

# Of each of the others at the most: few things are done to a whole workspace at once.
CONNECTIONS = 4
HOME = 0


class NotThere(Problem):
    """A database that does not answer just now, or a slot on its way from one to another: it passes."""

    def __init__(self, detail: str) -> None:
        super().__init__(503, "unavailable", detail, retry_after=1)


@dataclass(slots=True)
class Across:
    """One transaction of each database: that of home, and of another as soon as it is asked for."""

    home: Db
    pools: Sequence[asyncpg.Pool]
    stack: AsyncExitStack
    options: dict[str, Any]
    _opened: dict[int, Db] = field(default_factory=dict)
    _slots: dict[int, Collection[int]] = field(default_factory=dict)

    @property
    def are_several(self) -> bool:
        return bool(self.pools)

    async def of(self, id_: UUID) -> Db:
        """Where a channel is, and what belongs to it; `NotThere` while it is on its way."""
        slot = slot_of(id_)
        return self.home if slot is None else await self.of_slot(slot)

    async def of_slot(self, slot: int) -> Db:
        for place in range(len(self.pools) + 1):
            db = await self._open(place)
            if slot in await self._slots_at(place):
                return db
        raise NotThere("A channel is being moved to another server; try again in a while.")

    async def all(self) -> list[Db]:
        """Home first."""
        return [await self._open(place) for place in range(len(self.pools) + 1)]

    async def whole(self) -> list[tuple[Db, Collection[int | None]]]:
        """Home first, each with the slots that it has; `NotThere` unless all slots are in one of them. What is seen of
        home is the latest: whoever is known elsewhere is known there."""
        opened = [(await self._open(place), place) for place in range(len(self.pools), -1, -1)]
        found = [(db, frozenset(await self._slots_at(place))) for db, place in opened][::-1]
        if len(frozenset().union(*(slots for _, slots in found))) < SLOTS:
            raise NotThere("A channel is being moved to another server, or one of the databases is not known here.")
        return [(db, slots | {None} if place == HOME else slots) for place, (db, slots) in enumerate(found)]

    async def _open(self, place: int) -> Db:
        if place == HOME:
            return self.home
        if place not in self._opened:
            try:
                db = await self.stack.enter_async_context(self.pools[place - 1].acquire(timeout=5))
                await self.stack.enter_async_context(db.transaction(**self.options))
            except PART_GONE as error:
                raise NotThere(f"Database {place} of channels does not answer just now; try again shortly.") from error
            self._opened[place] = db
        return self._opened[place]

    async def _slots_at(self, place: int) -> Collection[int]:
        if place not in self._slots:
            found = await slots_of(await self._open(place))  # type: ignore[arg-type]
            # Home alone is told nothing while it has them all.
            self._slots[place] = found or (range(SLOTS) if place == HOME else ())
        return self._slots[place]


class Databases:
    """Home, and the others that it was told of."""

    def __init__(self, home: asyncpg.Pool, others: Sequence[asyncpg.Pool] = ()) -> None:
        self.home, self.others = home, others

    @asynccontextmanager
    async def begin(self, **options: Any) -> AsyncIterator[Across]:
        """Transactions with these options. What is done in others is kept before what is done at home is: cut off in
        between, it is to be done again, and does nothing twice."""
        async with self.home.acquire(timeout=5) as db, db.transaction(**options), self.beside(db, **options) as across:
            yield across

    @asynccontextmanager
    async def beside(self, home: Db, **options: Any) -> AsyncIterator[Across]:
        """The same in a transaction of home that is open already."""
        async with AsyncExitStack() as stack:
            yield Across(home, self.others, stack, options)

    async def wait_for_copies(self) -> None:
        """Until the others have what was committed at home before; `NotThere` if they are behind for too long."""
        position = await copies.position(self.home) if self.others else ""
        for place, pool in enumerate(self.others, 1):
            try:
                have_come = await copies.have_come(pool, position)
            except PART_GONE as error:
                raise NotThere(f"Database {place} of channels does not answer just now.") from error
            if not have_come:
                raise NotThere(f"The copies in database {place} of channels are behind home.")


def databases_of(request: Request) -> Databases:
    databases: Databases = request.app.state.databases
    return databases


@asynccontextmanager
async def connected(home: asyncpg.Pool, settings: Settings) -> AsyncIterator[Databases]:
    """Home and the others by their addresses, which are connected to when they are first asked."""
    urls = filter(None, map(str.strip, settings.channel_database_urls.get_secret_value().split(";")))
    others = [await create_pool(url, CONNECTIONS) for url in urls]
    try:
        yield Databases(home, others)
    finally:
        for pool in others:
            pool.terminate()
