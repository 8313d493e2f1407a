"""Imports and exports from the asker's side, and whoever works on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from chassis.confined.runner import Runner
from messaging.sharding.databases import Databases
from messaging.transfers import worker
from office import Asker, Office

FAST = 1_000_000


@asynccontextmanager
async def working() -> AsyncIterator[Runner]:
    async with Runner(most=1) as runner:
        yield runner


async def work(pool: asyncpg.Pool | Databases, runner: Runner) -> None:
    """Until nothing waits."""
    databases = pool if isinstance(pool, Databases) else Databases(pool)
    while await worker.work_on_next(databases, runner, FAST):
        pass


async def uploaded(who: Asker, workspace_id: str, file: bytes, piece: int = 900_000) -> str:
    base = f"/api/workspaces/{workspace_id}/imports"
    told = await who.made(base, {"name": "export.zip", "size": len(file)})
    for offset in range(0, len(file), piece):
        status, answer = await put_piece(who, f"{base}/{told['id']}", offset, file[offset : offset + piece])
        assert status == 200, answer
    return f"{base}/{told['id']}"


async def put_piece(who: Asker, path: str, offset: int, data: bytes) -> tuple[int, Any]:
    url = f"{who.url}{path}/content"
    async with who.http.put(url, params={"offset": offset}, data=data, headers=who.headers) as answer:
        return answer.status, await answer.json()


async def previewed(
    who: Asker, workspace_id: str, file: bytes, pool: asyncpg.Pool | Databases, runner: Runner
) -> tuple[str, Any]:
    """The import's path and what it would bring."""
    path = await uploaded(who, workspace_id, file)
    await work(pool, runner)
    status, told = await who.get(f"{path}/preview")
    assert status == 200, (told, await who.get(path))
    return path, told


async def imported(
    who: Asker, workspace_id: str, file: bytes, pool: asyncpg.Pool | Databases, runner: Runner, **choices: Any
) -> Any:
    """The import once it has ended, done as it was chosen."""
    path, _ = await previewed(who, workspace_id, file, pool, runner)
    await who.made(f"{path}/confirm", choices)
    await work(pool, runner)
    _, told = await who.get(path)
    return told


async def exported(
    who: Asker, workspace_id: str, pool: asyncpg.Pool | Databases, runner: Runner, **options: Any
) -> bytes:
    base = f"/api/workspaces/{workspace_id}/exports"
    told = await who.made(base, options)
    await work(pool, runner)
    _, done = await who.get(f"{base}/{told['id']}")
    assert done["state"] == "done", done
    async with who.http.get(f"{who.url}{base}/{told['id']}/content", headers=who.headers) as answer:
        assert answer.status == 200
        return await answer.read()


async def channel_called(office: Office, name: str) -> Any:
    _, told = await office.owner.get(f"/api/workspaces/{office.workspace_id}/channels")
    return next(channel for channel in told["channels"] if channel["name"] == name)
