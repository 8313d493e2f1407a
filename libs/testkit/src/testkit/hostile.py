"""Tasks that want more than they may have, or out: what a confined process is tried with."""

import ctypes
import os
import socket
import threading
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

from chassis.confined import inside


def answer(folder: Path, **arguments: Any) -> dict[str, Any]:
    """Nothing hostile: what it was given, and what it sees of its place."""
    return {
        "arguments": arguments,
        "environment": sorted(os.environ),
        "folder": os.getcwd(),
        "files": sorted(os.listdir(folder)),
        "descriptors": open_files(),
    }


def open_files() -> int:
    """How many descriptors are open."""
    number = 0
    for descriptor in range(256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        number += 1
    return number


def take_memory(folder: Path) -> None:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def calculate(folder: Path) -> None:
    while True:
        pass


def sleep(folder: Path) -> None:
    (folder / "asleep").touch()
    time.sleep(600)


def fork(folder: Path) -> list[str]:
    """How each way to another process ends; threads are allowed."""
    ended: list[str] = []
    thread = threading.Thread(target=lambda: ended.append("thread"))
    thread.start()
    thread.join()
    ways: list[Any] = [
        os.fork,
        os.forkpty,
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.execv("/bin/true", ["true"]),
    ]
    return ended + [_outcome(way) for way in ways]


def write_much(folder: Path) -> None:
    with (folder / "much").open("wb") as file:
        while True:
            file.write(bytes(1024 * 1024))


def write_many(folder: Path) -> None:
    for number in range(1_000_000):
        (folder / str(number)).touch()


def write_several(folder: Path) -> None:
    """Each within the limit of a file, together far beyond."""
    for number in range(1_000_000):
        (folder / str(number)).write_bytes(bytes(512 * 1024))


def dig(folder: Path) -> None:
    """Folders in folders, deeper than a path can be long."""
    for _ in range(1_000_000):
        os.mkdir("deep" * 20)
        os.chdir("deep" * 20)


def talk(folder: Path) -> str:
    return "x" * 10_000_000


def chatter(folder: Path) -> None:
    for number in range(10_000_000):
        print("a library's debugging", number)


def tell(folder: Path) -> str:
    for step in range(11):
        inside.progress(step / 10)
    return "told"


def refuse(folder: Path) -> None:
    raise inside.Refused("It is \x1b[31m too \n large: " + "x" * 1_000)


def fail(folder: Path) -> None:
    raise ValueError("with a secret path")


def abort(folder: Path) -> None:
    os.abort()


def follow_null(folder: Path) -> None:
    ctypes.string_at(0)


def forge(folder: Path) -> None:
    """Speak in the name of the process's own messages, and badly."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'{"failed": "no such reason", "sentence": []}\n')
        except OSError:
            continue
    os._exit(0)


def reach(folder: Path, *, port: int, path: str) -> list[str]:
    """How each way to a network ends."""

    def connect(family: int, kind: int, address: Any) -> None:
        with socket.socket(family, kind) as made:
            made.connect(address)

    return [
        _outcome(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port))),
        _outcome(lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port))),
        _outcome(lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port))),
        _outcome(lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, path)),
        _outcome(socket.socketpair),
        _outcome(lambda: socket.getaddrinfo("localhost", port)),
    ]


def touch(folder: Path, *, secret: str, outside: str, parent: int) -> dict[str, str]:
    """How each way to somebody else's files and processes ends."""
    ways: dict[str, Any] = {
        "read": lambda: Path(secret).read_text(),
        "list": lambda: os.listdir(Path(secret).parent),
        "read through proc": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "write": lambda: Path(outside, "new").write_text("x"),
        "append": lambda: Path(secret).open("a"),
        "truncate": lambda: os.truncate(secret, 0),
        "empty": lambda: os.open(secret, os.O_RDONLY | os.O_TRUNC),
        "remove": lambda: os.remove(secret),
        "rename": lambda: os.rename(secret, folder / "mine"),
        "change rights": lambda: os.chmod(secret, 0o777),
        "change times": lambda: os.utime(secret),
        "link": lambda: os.link(secret, folder / "link"),
        "link by name": lambda: os.symlink(secret, folder / "symlink"),
        "pipe by name": lambda: os.mkfifo(folder / "pipe"),
        "kill": lambda: os.kill(parent, 15),
        "kill all": lambda: os.kill(-1, 15),
        "kill a thread": lambda: _call(200, parent, 15),
        "limit": lambda: __import__("resource").prlimit(parent, 7),
        "leave the session": os.setsid,
        "hidden memory": lambda: os.memfd_create("x"),
        "outlive": lambda: _libc_checked("prctl", 1, 0, 0, 0, 0),
        "trace": lambda: _libc_checked("ptrace", 16, parent, 0, 0),
        "new spaces": lambda: _libc_checked("unshare", 0x10000000),
        "ring": lambda: _call(425, 1, 0),
        "shared memory": lambda: _libc_checked("shmget", 1, 4096, 0o1600),
    }
    return {name: _outcome(way) for name, way in ways.items()}


def unpack(folder: Path) -> None:
    """Read a zip as somebody careless would."""
    with zipfile.ZipFile(folder / "input") as archive:
        archive.extractall(folder / "unpacked")


def parse(folder: Path) -> int:
    """Read XML as somebody careless would."""
    return len(ET.parse(folder / "input").getroot().text or "")


def tabulate(folder: Path) -> int:
    """Read a spreadsheet with a parser that trusts it."""
    import python_calamine  # noqa: PLC0415

    book = python_calamine.CalamineWorkbook.from_path(str(folder / "input"))
    return len(book.get_sheet_by_index(0).to_python())


def _outcome(way: Any) -> str:
    try:
        way()
    except OSError as error:
        return type(error).__name__
    except Exception as error:
        return repr(error)
    return "done"


def _libc_checked(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), name)


def _call(number: int, *arguments: int) -> None:
    _libc_checked("syscall", number, *arguments)
