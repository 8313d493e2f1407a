"""A transfer's file: kept in order as it comes, a piece at a time, and read so, too."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
from eventbus import Db

PIECE = 900_000
ADD = "INSERT INTO transfer_pieces (transfer_id, start, bytes) VALUES ($1, $2, $3)"
NEXT = "SELECT start, bytes FROM transfer_pieces WHERE transfer_id = $1 AND start >= $2 ORDER BY start LIMIT 4"
IS_THERE = "SELECT EXISTS (SELECT FROM transfer_pieces WHERE transfer_id = $1)"
CLEAR = "DELETE FROM transfer_pieces WHERE transfer_id = $1"


async def add(db: Db, transfer_id: UUID, start: int, data: bytes) -> None:
    await db.execute(ADD, transfer_id, start, data)


async def clear(db: Db, transfer_id: UUID) -> None:
    await db.execute(CLEAR, transfer_id, timeout=300)


async def read(pool: asyncpg.Pool, transfer_id: UUID) -> AsyncIterator[bytes]:
    """All of the file, with no more than a few pieces at hand."""
    start = 0
    while rows := await pool.fetch(NEXT, transfer_id, start):
        for row in rows:
            yield row["bytes"]
            start = row["start"] + len(row["bytes"])


async def write_to(pool: asyncpg.Pool, transfer_id: UUID, place: Path) -> None:
    with place.open("wb") as file:
        async for data in read(pool, transfer_id):
            file.write(data)
