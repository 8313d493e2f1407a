"""The product as its users get it: started by its own launcher, on free ports, with its data in a passing folder."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from localstack.leftovers import Ledger
from localstack.settings import DEFAULT_PORTS, free_ports, port_setting
from testkit import Process as Service
from testkit import process

PROJECT = Path(__file__).parents[2]
# A fresh machine builds the web client first.
READY_WITHIN = 240
STOP_WITHIN = 40
# Everybody in the journeys comes from one address.
LINKED = "NEXUS_LINK_PREVIEWS_ALLOWED"
ASKED = "NEXUS_INTEGRATIONS_ALLOWED"
PROVIDING, PROVIDER = "NEXUS_GIF_PROVIDER_ALLOWED", "NEXUS_GIF_PROVIDER_URL"
SETTINGS = {
    "NEXUS_LOG_LEVEL": "debug",
    "NEXUS_REGISTRATIONS_PER_ADDRESS": "10000",
    "NEXUS_SIGNATURES": "test",
}


@dataclass(frozen=True, slots=True)
class Product:
    """A running installation."""

    url: str
    data: Path
    launcher: Process
    environment: Mapping[str, str]

    @property
    def output(self) -> str:
        """What the launcher printed."""
        return (self.data / "launcher.log").read_text(errors="replace")

    @property
    def accounts(self) -> dict[str, str]:
        """The ready-made accounts: passwords by e-mail address, as they were printed."""
        return dict(re.findall(r"sign in as (\S+), password (\S+)", self.output))

    @property
    def kafka_url(self) -> str:
        return self.environment.get("NEXUS_KAFKA_URL") or f"127.0.0.1:{self.environment[port_setting('kafka')]}"

    @property
    def linked_port(self) -> int:
        """Where a server of this machine may be asked for previews of its pages."""
        return int(self.environment[LINKED].rpartition(":")[2])

    @property
    def asked_port(self) -> int:
        """Where a program of this machine may be asked as an integration."""
        return int(self.environment[ASKED].rpartition(":")[2])

    @property
    def providing_port(self) -> int:
        """Where a server of this machine may be asked for GIFs."""
        return int(self.environment[PROVIDING].rpartition(":")[2])

    def port(self, name: str) -> int:
        return int(self.environment[port_setting(name)])

    def log(self, service: str) -> list[dict[str, object]]:
        """What a service logged so far."""
        lines = (self.data / "logs" / f"{service}.log").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def keep_logs(self, folder: Path) -> Path:
        """Copy what it said to a folder that outlives it."""
        (folder / "launcher.log").write_text(self.output)
        return Path(shutil.copytree(self.data / "logs", folder, dirs_exist_ok=True))

    async def processes(self) -> dict[str, int]:
        """What runs, by `status`."""
        argv = [sys.executable, "-m", "localstack", "status"]
        asked = await asyncio.create_subprocess_exec(*argv, env=self.environment, stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(15):
            said, _ = await asked.communicate()
        running: dict[str, int] = json.loads(said)["processes"]
        return running

    def runs(self, name: str) -> bool:
        """Whether it is a process of this installation: a part may have been given by its URL."""
        return name in self._pids

    def pid(self, name: str) -> int:
        return self._pids[name]

    @property
    def _pids(self) -> dict[str, int]:
        return Ledger(self.data / "run" / "children.json").running()

    def settings_of(self, name: str) -> dict[str, str]:
        """What the launcher told a service, for another process of it; the port is left to that one."""
        told = dict(
            line.partition("=")[::2] for line in Path(f"/proc/{self.pid(name)}/environ").read_text().split("\0")
        )  # fmt: skip
        return {key: value for key, value in told.items() if key.startswith("NEXUS_") and key != "NEXUS_PORT"}

    @asynccontextmanager
    async def gateways(self, number: int, **settings: str) -> AsyncIterator[list[Service]]:
        """So many more gateways beside its own, to be killed and started again; their logs are kept with the others."""
        told = {**self.settings_of("gateway"), **settings}
        async with AsyncExitStack() as at_end:
            made = []
            for name in (f"gateway-{place + 1}" for place in range(number)):
                gateway = await at_end.enter_async_context(
                    process("gateway", settings={**told, "NEXUS_INSTANCE": name}, within=READY_WITHIN)
                )
                at_end.callback(shutil.copy, gateway.log, self.data / "logs" / f"{name}.log")
                made.append(gateway)
            yield made

    def kill(self, name: str) -> None:
        """End a part or service as a crash does."""
        os.kill(self.pid(name), signal.SIGKILL)

    @contextmanager
    def dead(self, name: str) -> Iterator[None]:
        """End a part or service as a crash does; it is started again once the block is left."""
        os.kill(self.launcher.pid, signal.SIGSTOP)
        try:
            self.kill(name)
            yield
        finally:
            os.kill(self.launcher.pid, signal.SIGCONT)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Within, a part or service with all its processes neither works nor ends, as on a disk that hangs."""
        pids = [self.pid(name), *_children(self.pid(name))]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def running() -> AsyncIterator[Product]:
    """The whole product, ready; when the block is left it has been stopped, and nothing of it runs any more."""
    shop, program, gifs, *numbers = map(str, free_ports(3 + len(DEFAULT_PORTS)))
    ports = dict(zip(map(port_setting, DEFAULT_PORTS), numbers, strict=True))
    ports |= {LINKED: f"127.0.0.1:{shop}", ASKED: f"127.0.0.1:{program}"}
    ports |= {PROVIDING: f"127.0.0.1:{gifs}", PROVIDER: f"http://127.0.0.1:{gifs}/v2"}
    with _folder() as data:
        environment = {**os.environ, **SETTINGS, **ports, "NEXUS_DATA_DIR": str(data)}
        with (data / "launcher.log").open("wb") as log:
            launcher = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "localstack", "run", env=environment, cwd=PROJECT,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        product = Product(f"http://127.0.0.1:{ports[port_setting('gateway')]}", data, launcher, environment)
        try:
            await _ready(product)
            yield product
        finally:
            await _stop(product)


async def _ready(product: Product) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while "Ctrl-C stops" not in product.output:
            assert product.launcher.returncode is None, product.output
            await asyncio.sleep(0.1)


async def _stop(product: Product) -> None:
    """Ask it to stop; nothing that it started may be left."""
    pids = (await product.processes()).values()
    if product.launcher.returncode is None:
        product.launcher.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await product.launcher.wait()
    except TimeoutError:
        product.launcher.kill()
        await product.launcher.wait()
        raise AssertionError(f"it did not stop within {STOP_WITHIN} s:\n{product.output}") from None
    assert product.launcher.returncode == 0, product.output
    assert not (left := _still_there(pids)), f"left running: {left}"


def _children(pid: int) -> list[int]:
    """PostgreSQL's, each of which is a session of its own."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _still_there(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-journeys-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
