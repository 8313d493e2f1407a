"""A stock tus client that uploads one file, and says before each chunk where it is."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from journeys.people import Person
from journeys.sockets import FOLDER, install


@dataclass(slots=True)
class Uploading:
    """The client's process. `agains` are the answers after which it tried again, `done` is where the upload was."""

    process: Process
    agains: list[int] = field(default_factory=list)
    done: str | None = None

    async def offsets(self) -> AsyncIterator[int]:
        """Where it is, before each chunk; it goes on once the next is asked for."""
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        while line := await asyncio.wait_for(self.process.stdout.readline(), 90):
            told = json.loads(line)
            assert "failed" not in told, told
            if "again" in told:
                self.agains.append(told["again"])
            elif "done" in told:
                self.done = told["done"]
            elif "offset" in told:
                yield told["offset"]
                self.process.stdin.write(b"\n")
                await self.process.stdin.drain()


@asynccontextmanager
async def uploading(url: str, who: Person, path: Path, chunk_size: int, **metadata: str) -> AsyncIterator[Uploading]:
    """The upload of the file at this path, begun; the process is gone when the block is left."""
    await install()
    told = {
        "endpoint": f"{url}/api/files/tus", "token": who.token, "path": str(path), "chunkSize": chunk_size,
        "metadata": metadata,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        "node", "upload.mjs", cwd=FOLDER, stdin=PIPE, stdout=PIPE, env={**os.environ, "UPLOAD": json.dumps(told)}
    )
    try:
        yield Uploading(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
