"""Services as they run in production: processes of their own, told by the environment, stopped by signals."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from localstack.processes import Command, describe, kill_group, spawn, tail
from localstack.settings import inherited

from testkit.eventually import eventually
from testkit.ports import free_port

# Seconds, for a busy machine.
READY_WITHIN = 60.0
STOP_WITHIN = 40.0
INTERNAL_SECRET = "the-secret-that-services-share-in-tests"  # noqa: S105


@dataclass(slots=True)
class Process:
    """A service's process. Its port stays the same over restarts."""

    module: str
    port: int
    environment: Mapping[str, str]
    log: Path
    probe: str = "/readyz"
    arguments: tuple[str, ...] = ()
    _child: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def child(self) -> asyncio.subprocess.Process:
        if self._child is None:
            raise RuntimeError(f"{self.module} was not started")
        return self._child

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def output(self) -> str:
        """Everything it wrote, over all its lives."""
        return self.log.read_text(errors="replace")

    async def start(self, within: float = READY_WITHIN) -> None:
        """Start it and wait until it says that it is ready."""
        argv = [sys.executable, "-m", self.module, *self.arguments]
        self._child = await spawn(Command(argv, self.log, self.environment, Path.cwd()))
        try:
            await eventually(self._ready_or_dead, within)
        except AssertionError as error:
            raise AssertionError(f"{self.module} was not ready within {within:g} s:\n{tail(self.log)}") from error
        if self._child.returncode is not None:
            raise AssertionError(f"{self.module} ended ({describe(self._child.returncode)}):\n{tail(self.log)}")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit status (negative: the signal that ended it)."""
        if self.child.returncode is None:
            self.child.send_signal(number)
        async with asyncio.timeout(STOP_WITHIN):
            return await self.child.wait()

    async def terminate(self) -> int:
        """Stop it as an operator does."""
        return await self.stop(signal.SIGTERM)

    async def kill(self) -> int:
        """End it as a crash does."""
        return await self.stop(signal.SIGKILL)

    async def restart(self, within: float = READY_WITHIN) -> None:
        """Crash it and start it anew on the same port."""
        await self.kill()
        await self.start(within)

    async def _ready_or_dead(self) -> bool:
        if self.child.returncode is not None:
            return True
        deadline = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=deadline) as http, http.get(self.url + self.probe) as answer:
            return answer.status == 200


@asynccontextmanager
async def process(
    module: str,
    *,
    database_url: str = "",
    kafka_url: str = "127.0.0.1:1",
    redis_url: str = "",
    jwks_url: str = "http://127.0.0.1:1/.well-known/jwks.json",
    settings: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
    probe: str = "/readyz",
    within: float = READY_WITHIN,
) -> AsyncIterator[Process]:
    """`python -m <module>` on a free port, ready; killed when the block is left.

    `settings` adds to the environment or replaces what it says, for instance {"NEXUS_IDENTITY_URL": ...}.
    """
    port = free_port()
    environment = {
        **inherited(),
        "NEXUS_HOST": "127.0.0.1",
        "NEXUS_PORT": str(port),
        "NEXUS_LOG_LEVEL": "INFO",
        "NEXUS_KAFKA_URL": kafka_url,
        "NEXUS_REDIS_URL": redis_url,
        "NEXUS_DATABASE_URL": database_url,
        "NEXUS_JWKS_URL": jwks_url,
        "NEXUS_ISSUER": "nexus",
        "NEXUS_AUDIENCE": "nexus",
        "NEXUS_INTERNAL_SECRET": INTERNAL_SECRET,
        **(settings or {}),
    }
    with tempfile.TemporaryDirectory(prefix="nexus-process-") as folder:
        running = Process(module, port, environment, Path(folder) / f"{module}.log", probe, arguments)
        try:
            await running.start(within)
            yield running
        finally:
            if running._child is not None:
                kill_group(running.pid)
                await running.child.wait()
