"""Messaging in the databases of two PostgreSQL servers, and how those are made one."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from localstack import Parts
from testkit import Process, eventually

PROJECT = Path(__file__).parents[2]
SLOTS = "512-1023"
WITHIN = 60.0


@dataclass(slots=True)
class Installation:
    """Its processes; messaging has two databases, `home` and the other."""

    servers: tuple[Parts, Parts]
    home_database: str
    other_database: str
    home: Process
    other: Process
    gateway: Process


async def administer(*arguments: str, **urls: str) -> str:
    """What `python -m messaging.sharding` says."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "messaging.sharding", *arguments, env={**os.environ, **urls},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(run.communicate(), WITHIN)
    assert run.returncode == 0, said.decode()
    return said.decode()


async def let_replicate(server: Parts) -> None:
    """Home must run with wal_level = logical, which takes a new start."""
    db = await asyncpg.connect(server.urls["postgres"])
    await db.execute("ALTER SYSTEM SET wal_level = 'logical'")
    await db.close()
    server.kill("postgres")

    async def is_ready() -> bool:
        again = await asyncpg.connect(server.urls["postgres"], timeout=2)
        try:
            return bool(await again.fetchval("SHOW wal_level") == "logical")
        finally:
            await again.close()

    await eventually(is_ready, WITHIN)
