"""What a runner tries once at its start: that a confined process cannot do what it must not."""

import os
import socket
from collections.abc import Callable
from pathlib import Path


def escapes(folder: Path, *, parent: int) -> list[str]:
    """Which of the ways out are open; none may be."""
    ways: dict[str, Callable[[], object]] = {
        "make a socket": socket.socket,
        "start a process": os.fork,
        "read what is not its own": lambda: os.listdir("/"),
        "write outside its folder": lambda: os.open(folder.parent / "escaped", os.O_CREAT | os.O_WRONLY),
        "signal its parent": lambda: os.kill(parent, 0),
    }
    (folder / "written").write_bytes(b"this it must be able to do")
    return [way for way, attempt in ways.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
