"""What a parent hears of a confined process, and what that means: it is believed nothing but its own answer."""

import asyncio
import logging
import re
import signal
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import orjson

from chassis.confined.limits import Failed, Limits, Reason
from chassis.confined.scratch import usage

log = logging.getLogger(__name__)
T = TypeVar("T")
OnProgress = Callable[[float], None]
ProgressOf = Callable[[bytes], float | None]
CHUNK = 65_536
# Beside its answer a task may tell this much of its progress.
PROGRESS_BYTES = 65_536
TAIL = 4_000
LOOK_EVERY = 0.2
LONGEST_SENTENCE = 300
_OUT_OF_MEMORY = re.compile(
    rb"MemoryError|memory allocation of \d+ bytes failed|std::bad_alloc|[Oo]ut of memory|[Cc]annot allocate memory"
    rb"|memory exhausted"
)
# The kernel kills with the last of them when the machine has no memory left.
_BY_SIGNAL: dict[int, Reason] = {
    signal.SIGXCPU: Reason.CPU,
    signal.SIGXFSZ: Reason.OUTPUT,
    signal.SIGKILL: Reason.MEMORY,
}


class Talk:
    """One request to one process, and all it says."""

    def __init__(self, process: Process, folder: Path, limits: Limits, progress_of: ProgressOf) -> None:
        self._process, self._folder, self._limits, self._progress_of = process, folder, limits, progress_of
        self._tail = b""
        self._lines: list[bytes] = []

    async def held(self, request: bytes, on_progress: OnProgress | None, *, is_program: bool) -> Any:
        """What comes of the request; `Failed` if nothing does."""
        before, _ = usage(self._folder, self._limits.entries)
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._converse(request, on_progress or _nobody, before)
        except TimeoutError:
            raise Failed(Reason.TIME) from None
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        self._look(before)
        return self._printed() if is_program else self._answered()

    async def _converse(self, request: bytes, on_progress: OnProgress, before: int) -> None:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch(before))
            group.create_task(self._keep_tail())
            await self._ask(request)
            await self._hear(on_progress)
            await self._process.wait()
            watch.cancel()

    async def _ask(self, request: bytes) -> None:
        asked = _there(self._process.stdin)
        with suppress(OSError):  # it died: what it leaves behind says why
            asked.write(request)
            await asked.drain()
        asked.close()

    async def _hear(self, on_progress: OnProgress) -> None:
        rest, heard = b"", 0
        while chunk := await _there(self._process.stdout).read(CHUNK):
            heard += len(chunk)
            if heard > self._limits.answer + PROGRESS_BYTES:
                raise Failed(Reason.OUTPUT)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                part = self._progress_of(line)
                if part is None:
                    self._lines.append(line)
                else:
                    on_progress(part)
        if rest:
            self._lines.append(rest)

    async def _keep_tail(self) -> None:
        while chunk := await _there(self._process.stderr).read(CHUNK):
            self._tail = (self._tail + chunk)[-TAIL:]

    async def _watch(self, before: int) -> None:
        # Looked at now and then: no ordinary user can give a folder a quota.
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await asyncio.to_thread(self._look, before)

    def _look(self, before: int) -> None:
        size, entries = usage(self._folder, self._limits.entries)
        if size - before > self._limits.output or entries > self._limits.entries:
            raise Failed(Reason.OUTPUT)

    def _printed(self) -> str:
        if self._process.returncode != 0:
            raise self._failure()
        return b"\n".join(self._lines).decode(errors="replace")

    def _answered(self) -> Any:
        try:
            told = orjson.loads(self._lines[-1])
            if "answer" in told:
                return told["answer"]
            reason, sentence = Reason(told["failed"]), str(told.get("sentence", ""))
        except (IndexError, ValueError, KeyError, TypeError):
            raise self._failure() from None
        if reason is Reason.CRASHED:
            raise self._failure()
        raise Failed(reason, _plain(sentence))

    def _failure(self) -> Failed:
        ended = self._process.returncode or 0
        reason = _BY_SIGNAL.get(-ended, Reason.CRASHED)
        if reason is Reason.CRASHED and _OUT_OF_MEMORY.search(self._tail):
            reason = Reason.MEMORY
        log.warning("a confined task failed (%s, %d): %s", reason, ended, self._tail.decode(errors="replace"))
        return Failed(reason)


def told_progress(line: bytes) -> float | None:
    """How much a Python task says is done, if the line says that."""
    if not line.startswith(b'{"progress"') or len(line) > 100:
        return None
    try:
        return min(1.0, max(0.0, float(orjson.loads(line)["progress"])))
    except (ValueError, TypeError):
        return None


def _nobody(_: float) -> None:
    """Progress that nobody waits for."""


def _plain(sentence: str) -> str:
    return " ".join("".join(each for each in sentence if each.isprintable()).split())[:LONGEST_SENTENCE]


def _there(pipe: T | None) -> T:
    if pipe is None:
        raise TypeError("every pipe was asked for")
    return pipe
