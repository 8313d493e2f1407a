"""Where a stack keeps its things, and that it has them to itself: folders, lock and ports."""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from localstack.keys import Keys
from localstack.leftovers import write_json
from localstack.part import Part, Site
from localstack.processes import account
from localstack.settings import Settings, port_setting


class InUse(Exception):
    """Somebody else has the data folder or a port."""


@contextlib.contextmanager
def sole_use(settings: Settings, address: str) -> Iterator[None]:
    """Hold the data folder against a second launcher; the kernel lets go of it when we die, however we die."""
    settings.run.mkdir(parents=True, exist_ok=True)
    note = settings.run / "launcher.json"
    with (settings.run / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"Nexus is already running here: {_who(note)}.") from None
        write_json(note, {"pid": os.getpid(), "address": address})
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _who(note: Path) -> str:
    try:
        running = json.loads(note.read_text())
    except (FileNotFoundError, ValueError):
        return "it is just starting or stopping"
    return f"pid {running['pid']}, {running['address']}"


def check_ports(settings: Settings, names: tuple[str, ...], url_setting: str | None = None) -> None:
    """Refuse a port that somebody else listens on, naming the setting that moves ours."""
    for name in names:
        port = settings.ports[name]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                other = f", or use what listens there with {url_setting}=..." if url_setting else ""
                raise InUse(
                    f"Port {port} ({name}) is taken by another program{_holder(port)}. "
                    f"Choose another with {port_setting(name)}=...{other}"
                ) from None


def _holder(port: int) -> str:
    """Who listens there, when the system lets us see it."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else []:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(handle) in inodes:
                return f" (pid {handle.parts[2]}, {(handle.parents[1] / 'comm').read_text().strip()})"
    return ""


def site_of(part: Part, settings: Settings, keys: Keys) -> Site:
    """The part's folder, made for the account that will run it."""
    user = part.user if os.geteuid() == 0 else None
    folder = settings.data / part.name
    if user and not reaches(user, settings.data):
        folder = settings.elsewhere / part.name
        if not keys.has(f"{part.name}-password"):  # ours was removed by hand; what lies there opens to no one
            shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
        folder.chmod(0o700)
    ports = {name: settings.ports[name] for name in part.ports}
    password = keys.get(f"{part.name}-password")
    return Site(folder, settings.cache, ports, password, user, settings.logs / f"{part.name}.log")


def remove(settings: Settings) -> None:
    """Forget everything the stack ever stored."""
    for folder in (settings.data, settings.elsewhere):
        if folder.exists():
            shutil.rmtree(folder)


def reaches(user: str, folder: Path) -> bool:
    """Whether the account may enter the folder; a project under /root is closed to others."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = subprocess.run(["test", "-x", str(folder)], **account(user), cwd="/", check=False)
    return asked.returncode == 0
