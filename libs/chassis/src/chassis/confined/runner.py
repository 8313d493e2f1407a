"""Runs confined tasks: a bounded number at once, each with a deadline, and some with a process that waits for them."""

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

from chassis.confined import fence
from chassis.confined.denials import compiled
from chassis.confined.limits import Busy, CannotConfine, Failed, Limits
from chassis.confined.outcomes import CHUNK, OnProgress, ProgressOf, Talk, told_progress
from chassis.confined.scratch import Scratch

CHILD = "from chassis.confined.inside import main; main()"
OPEN_FILES = 256
PATH = "/usr/bin:/bin"
TRIAL = "chassis.confined.trial:escapes"


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the system as a task: its full path and arguments, which see the folder as their working place."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    # How a line of its output tells how much is done, if it does.
    progress_of: ProgressOf = lambda _: None


class Runner:
    """Runs tasks, `most` of them at once. For the modules in `warm` a process is kept that has imported them; it is
    used for one task and no other."""

    def __init__(self, most: int = 2, warm: Sequence[str] = (), within: Path | None = None) -> None:
        self._places = asyncio.Semaphore(most)
        self._warm, self._within = tuple(warm), within
        self._spares: dict[str, Process] = {}
        self._held = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if fence.landlock_version() < 1:
            raise CannotConfine("this kernel has no Landlock (Linux 5.13 or newer, `landlock` among its `lsm`)")
        self._calls = {execute: base64.b64encode(compiled(execute)).decode() for execute in (False, True)}
        self._scratch = self._held.enter_context(Scratch(self._within))
        self._held.push_async_callback(self._end_spares)
        try:
            await self._try()
            for module in self._warm:
                await self._refill(module)
        except BaseException:
            await self._held.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._held.aclose()

    def folder(self) -> AbstractAsyncContextManager[Path]:
        """A fresh folder for a task: what is put there is its input, what it writes is there afterwards."""
        return self._scratch.folder()

    async def run(
        self,
        task: str | Program,
        folder: Path,
        arguments: Mapping[str, Any] | None = None,
        *,
        reads: Sequence[Path] = (),
        limits: Limits | None = None,
        on_progress: OnProgress | None = None,
    ) -> Any:
        """What the function `module:name` answers, or what the program prints; `Failed` if nothing comes of it.

        `reads` are files and folders beside its own that it may read. `Busy` if no place becomes free in time.
        """
        limits = limits or Limits()
        async with self._place(limits.wait):
            request = self._request(task, folder, arguments or {}, reads, limits)
            module = "" if isinstance(task, Program) else task.partition(":")[0]
            process = self._spare(module) or await _start(())
            talk = Talk(process, folder, limits, task.progress_of if isinstance(task, Program) else told_progress)
            try:
                async with _ending(process):
                    return await talk.held(orjson.dumps(request) + b"\n", on_progress, is_program=not module)
            finally:
                await self._refill(module)

    def _request(
        self, task: str | Program, folder: Path, arguments: Mapping[str, Any], reads: Sequence[Path], limits: Limits
    ) -> dict[str, Any]:
        is_program = isinstance(task, Program)
        return {
            "task": None if isinstance(task, Program) else task,
            "program": task.argv if isinstance(task, Program) else None,
            "arguments": arguments,
            "folder": str(folder),
            "environment": {"HOME": str(folder), "TMPDIR": str(folder)}
            | (dict(task.environment) if isinstance(task, Program) else {}),
            "reads": [str(place.resolve()) for place in reads],
            "calls": self._calls[is_program],
            "limits": {
                "RLIMIT_AS": limits.memory,
                "RLIMIT_CPU": limits.cpu,
                "RLIMIT_FSIZE": limits.output,
                "RLIMIT_NOFILE": OPEN_FILES,
            },
        }

    @asynccontextmanager
    async def _place(self, wait: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(wait):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(f"no place became free in {wait:.0f} s") from None
        try:
            yield
        finally:
            self._places.release()

    def _spare(self, module: str) -> Process | None:
        process = self._spares.pop(module, None)
        return process if process is not None and process.returncode is None else None

    async def _refill(self, module: str) -> None:
        """Once a task is done, so that it shares the processor with nobody."""
        if module in self._warm and module not in self._spares:
            self._spares[module] = await _start((module,))

    async def _end_spares(self) -> None:
        for process in self._spares.values():
            async with _ending(process):
                pass
        self._spares.clear()

    async def _try(self) -> None:
        """See that what must not succeed does not."""
        async with self.folder() as folder:
            try:
                escapes = await self.run(TRIAL, folder, {"parent": os.getpid()})
            except Failed as failure:
                raise CannotConfine(f"a confined process does not start: {failure}") from None
        if escapes:
            raise CannotConfine(f"a confined process could still {', '.join(escapes)}")


async def _start(modules: Sequence[str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", "-c", CHILD, str(os.getpid()), *modules, stdin=PIPE, stdout=PIPE, stderr=PIPE,
        cwd="/", start_new_session=True,
        env={"PATH": PATH, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
    )  # fmt: skip


@asynccontextmanager
async def _ending(process: Process) -> AsyncIterator[None]:
    """The process has ended when the block is left, however it is left."""
    try:
        yield
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(_ended(process))


async def _ended(process: Process) -> None:
    """asyncio counts a process as ended only when its pipes have been read to their ends."""
    for pipe in (process.stdout, process.stderr):
        while pipe is not None and await pipe.read(CHUNK):
            pass
    await process.wait()
