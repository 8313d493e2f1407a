"""Child processes that die with the launcher, write to bounded logs, and can be told apart from strangers."""

import asyncio
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

LOG_BOUND = 20 * 1024 * 1024
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Command:
    """A program with everything it is started with."""

    argv: list[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    user: str | None = None
    death_signal: signal.Signals | None = signal.SIGKILL
    """What the kernel sends it when we are killed; None for what must be let finish."""
    feed: bytes | None = field(default=None, repr=False)


async def spawn(command: Command) -> asyncio.subprocess.Process:
    """Start the program in its own session, so that Ctrl-C reaches only the launcher."""
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(command.death_signal or 0))
        if command.death_signal and os.getppid() != parent:  # it died before the line above
            os._exit(1)

    command.log.parent.mkdir(parents=True, exist_ok=True)
    with command.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *command.argv,
            stdin=asyncio.subprocess.PIPE if command.feed is not None else asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=command.folder,
            env=dict(command.environment),
            start_new_session=True,
            preexec_fn=die_with_parent,
            **account(command.user),
        )


class Account(TypedDict, total=False):
    """Whom a child process runs as, when not as us."""

    user: str
    group: int
    extra_groups: list[int]


def account(user: str | None) -> Account:
    return Account(user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[]) if user else Account()


class StepFailed(Exception):
    """A step of the start did not succeed; says where to read on."""

    def __init__(self, name: str, why: str, log: Path) -> None:
        super().__init__(f"{name} {why}; the end of {log}:\n{tail(log)}")


async def run(name: str, command: Command, deadline: float) -> None:
    """Run a program to its end."""
    rotate(command.log, LOG_BOUND)
    process = await spawn(command)
    try:
        async with asyncio.timeout(deadline):
            await process.communicate(command.feed)
    except TimeoutError:
        raise StepFailed(name, f"took longer than {deadline:.0f} s", command.log) from None
    finally:
        if command.death_signal:
            kill_group(process.pid)
    if process.returncode:
        raise StepFailed(name, f"failed ({describe(process.returncode)})", command.log)


def kill_group(pid: int) -> None:
    """End whatever is left of the session that `spawn` made."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe(code: int) -> str:
    """An exit status in words."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, indented."""
    if not log.exists():
        return "  (nothing was written)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16384))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in last) or "  (nothing was written)"


def rotate(log: Path, bound: int = 0) -> None:
    """Keep one older log. Its writer goes on in the same file, which is why it is copied and emptied, not renamed."""
    if not log.exists() or log.stat().st_size <= bound:
        return
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    os.truncate(log, 0)
