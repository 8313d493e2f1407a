"""The servers that `fanout.py` compares, each a process of its own pinned to one core, and what they use."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from eventbus import administration
from localstack import start_parts
from testkit import Issuer, process
from testkit.ports import free_port

TICKS = os.sysconf("SC_CLK_TCK")
PEER = Path(__file__).parent / "peer"
SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True, slots=True)
class Server:
    """One process under load."""

    name: str
    url: str
    pid: int

    @property
    def cpu_seconds(self) -> float:
        """utime and stime of the whole process."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def resident_mib(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def pin(self) -> None:
        """Threads inherit it, so those it has already are pinned one by one."""
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {SERVER_CORE})


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway with Kafka, Redis and somebody who signs tokens and says which channel everybody is in."""

    server: Server
    kafka_url: str
    tokens: Issuer


@asynccontextmanager
async def gateway(channels: Mapping[str, Mapping[str, object]]) -> AsyncIterator[Gateway]:
    """The real process with its default limits; `channels` is the one channel of each user."""
    with start_parts(("redis", "kafka")) as parts:
        await administration.ensure_topics(parts.urls["kafka"])
        async with Issuer() as tokens, _messaging(channels) as messaging_url:
            settings = {
                "NEXUS_MESSAGING_URL": messaging_url,
                "NEXUS_IDENTITY_URL": "http://127.0.0.1:1",
                "NEXUS_PRESENCE_URL": "http://127.0.0.1:1",
                "NEXUS_FILES_URL": "http://127.0.0.1:1",
                "NEXUS_LOG_LEVEL": "WARNING",
            }
            kafka, redis = parts.urls["kafka"], parts.urls["redis"]
            started = process("gateway", kafka_url=kafka, redis_url=redis, jwks_url=tokens.jwks_url, settings=settings)
            async with started as running:
                server = Server("gateway", running.url, running.pid)
                server.pin()
                yield Gateway(server, kafka, tokens)


@asynccontextmanager
async def _messaging(channels: Mapping[str, Mapping[str, object]]) -> AsyncIterator[str]:
    """Stands in for messaging, of which a gateway asks one thing when a socket comes: its user's channels."""

    async def state(request: web.Request) -> web.Response:
        channel = channels[request.match_info["user_id"]]
        return web.json_response({"channels": [channel], "workspaceIds": [channel["workspaceId"]]})

    app = web.Application()
    app.router.add_get("/internal/users/{user_id}/state", state)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def peer() -> AsyncIterator[Server]:
    """Node's socket.io; its name has the versions."""
    if not (PEER / "node_modules" / "socket.io").is_dir():
        npm = await asyncio.create_subprocess_exec("npm", "ci", "--silent", cwd=PEER)
        if await npm.wait():
            raise RuntimeError("npm ci failed in bench/peer")
    port = free_port()
    environment = {**os.environ, "NODE_ENV": "production"}
    node = await asyncio.create_subprocess_exec(
        "node", str(PEER / "server.mjs"), str(port), stdout=asyncio.subprocess.PIPE, env=environment
    )
    try:
        name = (await asyncio.wait_for(node.stdout.readline(), 20)).decode().strip()  # type: ignore[union-attr]
        server = Server(name, f"http://127.0.0.1:{port}", node.pid)
        server.pin()
        yield server
    finally:
        node.kill()
        await node.wait()
