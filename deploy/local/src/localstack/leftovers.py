"""The ledger of running children, so that exactly our own leftovers are ended and nobody else's."""

import asyncio
import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

BOOT = Path("/proc/sys/kernel/random/boot_id")


class Entry(TypedDict):
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    birth: str


def birth(pid: int) -> str | None:
    """When the process began: the boot and the kernel's tick; None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else f"{BOOT.read_text().strip()}/{fields[19]}"


def is_alive(entry: Entry) -> bool:
    return birth(entry["pid"]) == entry["birth"]


def write_json(path: Path, content: object) -> None:
    """Replace a file at once, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(content, indent=1))
    fresh.replace(path)


@dataclass(slots=True)
class Ledger:
    """Which children run, kept in a file that outlives the launcher."""

    path: Path

    def entries(self) -> dict[str, Entry]:
        try:
            return dict(json.loads(self.path.read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def enter(self, name: str, pid: int) -> None:
        write_json(self.path, self.entries() | {name: Entry(pid=pid, birth=birth(pid) or "")})

    def strike(self, name: str) -> None:
        write_json(self.path, {other: entry for other, entry in self.entries().items() if other != name})

    def running(self) -> dict[str, int]:
        return {name: entry["pid"] for name, entry in self.entries().items() if is_alive(entry)}

    async def end_leftovers(self, deadline: float = 10) -> list[str]:
        """End what an earlier launcher left behind; first politely, then by force."""
        left = {name: entry for name, entry in self.entries().items() if is_alive(entry)}
        for entry in left.values():
            _send(entry, signal.SIGINT)  # to PostgreSQL this is the fast shutdown; SIGTERM would wait for clients
        if not await _all_gone(left, deadline):
            for entry in left.values():
                _send(entry, signal.SIGKILL)
            await _all_gone(left, deadline)
        write_json(self.path, {})
        return sorted(left)


def _send(entry: Entry, number: signal.Signals) -> None:
    if is_alive(entry):
        with contextlib.suppress(ProcessLookupError):
            os.kill(entry["pid"], number)


async def _all_gone(entries: dict[str, Entry], deadline: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline):
            while any(is_alive(entry) for entry in entries.values()):  # noqa: ASYNC110 - strangers' ends are not told
                await asyncio.sleep(0.05)
            return True
    return False
