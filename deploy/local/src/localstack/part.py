"""What the launcher must know of a part: how it is had, prepared, started and asked whether it is ready."""

import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Need:
    """A program, and the Debian package that brings it."""

    program: str
    package: str
    find: Callable[[str], str | None] = shutil.which
    unless: Callable[[Path], bool] = lambda cache: False
    """Not needed when this holds for the cache folder."""

    def is_missing(self, cache: Path) -> bool:
        return not self.unless(cache) and self.find(self.program) is None


@dataclass(frozen=True, slots=True)
class Site:
    """One part of one stack: its folder, ports, password and the account that runs it."""

    folder: Path
    cache: Path
    ports: Mapping[str, int]
    password: str
    user: str | None
    log: Path


async def nothing(_: Site) -> None:
    """For parts that need no preparation."""


@dataclass(frozen=True, slots=True)
class Part:
    """A server this stack starts itself unless its URL is in the environment."""

    name: str
    title: str
    url_setting: str
    ports: tuple[str, ...]
    needs: tuple[Need, ...]
    url: Callable[[Site], str]
    command: Callable[[Site], list[str]]
    probe: Callable[[Site], Awaitable[None]]
    prepare: Callable[[Site], Awaitable[None]] = nothing
    fetch: Callable[[Path, Path], Awaitable[str | None]] | None = None
    """Brings files into the cache folder; what it prints goes to the log, what it answers is said to people."""
    fetching: str = "fetching"
    before_start: Callable[[Site], Awaitable[None]] = nothing
    user: str | None = None
    """The account it runs as when the launcher is root."""
    environment: Callable[[Site], Mapping[str, str]] = lambda site: {}
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it when the launcher is killed."""
    start_within: float = 60
    stop_within: float = 10
