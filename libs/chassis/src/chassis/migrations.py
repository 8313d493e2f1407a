"""Plain-SQL migrations: `0001_name.sql`, `0002_name.sql`, each applied once, in order, in a transaction.

`python -m chassis.migrations NAME=FOLDER...` applies them to the database in NEXUS_DATABASE_URL.
"""

import asyncio
import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        source TEXT NOT NULL, number INTEGER NOT NULL, checksum TEXT NOT NULL,
        applied_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (source, number)
    )
"""
NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


class MigrationError(Exception):
    """The folder and the database disagree; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    source: str
    number: int
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read(source: str, folder: Path) -> list[Migration]:
    """The migrations of a folder; `MigrationError` if their numbers are not 1, 2, 3 ..."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".sql")
    numbers = [int(match[1]) if (match := NAME.match(path.name)) else -1 for path in files]
    if not files or numbers != list(range(1, len(files) + 1)):
        raise MigrationError(f"{folder} must hold 0001_*.sql, 0002_*.sql ... without gaps")
    return [Migration(source, number, path.read_text()) for number, path in zip(numbers, files, strict=True)]


async def migrate(database_url: str, sources: Mapping[str, Path]) -> list[str]:
    """Apply what is missing, all or nothing; what was applied as `source/number`."""
    wanted = [migration for source, folder in sources.items() for migration in read(source, folder)]
    db = await asyncpg.connect(database_url, timeout=10)
    try:
        async with db.transaction():
            await db.execute("SELECT pg_advisory_xact_lock(hashtext('schema migrations'))")
            await db.execute(TABLE)
            return [f"{m.source}/{m.number:04}" for m in wanted if await _apply(db, m)]
    finally:
        await db.close(timeout=5)


async def _apply(db: asyncpg.Connection, migration: Migration) -> bool:
    place = (migration.source, migration.number)
    applied = await db.fetchval("SELECT checksum FROM schema_migrations WHERE source = $1 AND number = $2", *place)
    if applied == migration.checksum:
        return False
    if applied:
        raise MigrationError(f"{migration.source}/{migration.number:04} was changed after it had been applied")
    await db.execute(migration.sql)
    await db.execute(
        "INSERT INTO schema_migrations (source, number, checksum) VALUES ($1, $2, $3)", *place, migration.checksum
    )
    return True


def main() -> None:
    sources = {source: Path(folder) for source, _, folder in (argument.partition("=") for argument in sys.argv[1:])}
    url = os.environ.get("NEXUS_DATABASE_URL")
    if not url or not sources:
        sys.exit("usage: NEXUS_DATABASE_URL=postgresql://... python -m chassis.migrations NAME=FOLDER...")
    applied = asyncio.run(migrate(url, sources))
    print(f"applied {', '.join(applied)}" if applied else "nothing to apply")


if __name__ == "__main__":
    main()
