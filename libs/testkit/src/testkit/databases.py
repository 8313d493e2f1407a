"""Fresh databases in a moment: each is a copy of a template that was migrated once."""

import hashlib
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


@dataclass(slots=True)
class Databases:
    """Makes databases, and drops those it made. `await databases("messaging")` is the URL of one with the tables of
    the bus and of that service; without a name it has the bus's alone."""

    admin_url: str
    project: Path
    made: list[str] = field(default_factory=list)

    async def __call__(self, *services: str) -> str:
        sources = {"eventbus": EVENTBUS} | {service: _migrations_of(self.project, service) for service in services}
        admin = await asyncpg.connect(self.admin_url, timeout=10)
        try:
            template = await self._template(admin, sources)
            name = f"nexus_test_{uuid4().hex}"
            await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await admin.close(timeout=5)
        self.made.append(name)
        return self._url(name)

    async def drop(self) -> None:
        """Drop what was made, with whoever is still connected."""
        if not self.made:
            return
        admin = await asyncpg.connect(self.admin_url, timeout=10)
        try:
            while self.made:
                await admin.execute(f'DROP DATABASE IF EXISTS "{self.made.pop()}" WITH (FORCE)')
        finally:
            await admin.close(timeout=5)

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
