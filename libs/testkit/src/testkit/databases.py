"""Fresh databases in a moment: each is a copy of a template that was migrated once."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import eventbus
from chassis import migrations
from chassis.migrations import Migration

EVENTBUS = Path(eventbus.__file__).parent / "migrations"
LOCK = "SELECT pg_advisory_lock(hashtext('testkit templates'))"


GONE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(slots=True)
class Databases:
    """Makes databases, and drops those it made. `await databases("messaging")` is the URL of one with the tables of
    the bus and of that service; without a name it has the bus's alone.

    With `ahead`, the next of a kind is made, and what `drop_soon` was asked to drop goes, while something else runs.
    """

    admin_url: str
    project: Path
    ahead: bool = False
    made: list[str] = field(default_factory=list)
    _spares: dict[tuple[str, ...], asyncio.Task[str]] = field(default_factory=dict)
    _dropping: asyncio.Task[None] | None = None

    async def __call__(self, *services: str) -> str:
        name = await self._spare(services) or await self._make(services)
        self.made.append(name)
        if self.ahead:
            self._spares[services] = asyncio.create_task(self._make(services))
        return self._url(name)

    async def drop_soon(self) -> None:
        """Begin to drop what was made until now, once the drop before is done."""
        await self._dropped()
        self._dropping = asyncio.create_task(self.drop())

    async def drop(self) -> None:
        """Drop what was made, with whoever is still connected."""
        names, self.made = self.made, []
        if not names:
            return
        try:
            admin = await asyncpg.connect(self.admin_url, timeout=10)
            try:
                while names:
                    await admin.execute(f'DROP DATABASE IF EXISTS "{names[0]}" WITH (FORCE)')
                    names.pop(0)
            finally:
                await admin.close(timeout=5)
        finally:
            self.made += names  # for the next time

    async def close(self) -> None:
        """Drop what was made, ahead too."""
        await self._dropped()
        self.ahead = False
        for services in list(self._spares):
            if name := await self._spare(services):
                self.made.append(name)
        await self.drop()

    async def _make(self, services: tuple[str, ...]) -> str:
        sources = {"eventbus": EVENTBUS} | {service: _migrations_of(self.project, service) for service in services}
        admin = await asyncpg.connect(self.admin_url, timeout=10)
        try:
            template = await self._template(admin, sources)
            name = f"nexus_test_{uuid4().hex}"
            await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await admin.close(timeout=5)
        return name

    async def _spare(self, services: tuple[str, ...]) -> str | None:
        """None if there is none, or the server was killed while it was made."""
        if task := self._spares.pop(services, None):
            with suppress(*GONE):
                return await task
        return None

    async def _dropped(self) -> None:
        if task := self._dropping:
            self._dropping = None
            with suppress(*GONE):
                await task

    async def _template(self, admin: asyncpg.Connection, sources: dict[str, Path]) -> str:
        name = f"nexus_template_{_fingerprint(sources)}"
        await admin.execute(LOCK)  # held until this connection closes: one run makes a template, the others find it
        if await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            return name
        unfinished = f"{name}_unfinished"
        await admin.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
        await admin.execute(f'CREATE DATABASE "{unfinished}"')
        await migrations.migrate(self._url(unfinished), sources)
        await admin.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
        return name

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{name}"))


def _migrations_of(project: Path, service: str) -> Path:
    return project / "services" / service.replace("_", "-") / "migrations"


def _fingerprint(sources: dict[str, Path]) -> str:
    read: list[Migration] = [migration for source in sources.items() for migration in migrations.read(*source)]
    said = "\n".join(f"{migration.source} {migration.number} {migration.checksum}" for migration in read)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
